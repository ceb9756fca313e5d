#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/settings/settings.hpp"

namespace CLI {
class App;
}

// The flags of a command, made from declared settings:
//
//     Flags<CrawlSettings> flags(*crawl, {.positionals = {{"urls", "URL"}}, .without = {"rules"}});
//     crawl->callback([flags] {
//         auto settings = flags.read();
//         ..
//     });
//
// A setting `max_pages` is given as --max-pages; SettingOptions::flag names it otherwise. Truths
// are flags, with --no-NAME to say false; a flag name with '!' before it, "!ignore-robots", says
// false by itself. What may be true or more ("true, or a list") takes the more as --NAME=MORE.
// Lists and tables (NAME=VALUE) may be given several times. Settings of structs within get a flag
// only if their options name one. What is wrong is told of with the flag: "--depth: must be ..".
namespace app {

struct FlagOptions {
    // Settings that are arguments without a flag, in this order, and what help calls them. They
    // must be given if they are required.
    std::vector<std::pair<std::string, std::string>> positionals = {};
    std::vector<std::string> without = {};  // settings that get no flag
};

class FlagSet {
public:
    // Throws std::logic_error if the options name a setting that there is not.
    FlagSet(CLI::App& command, const base::Record& record, const FlagOptions& options = {});

    // Whether a setting was given, by its path.
    bool given(std::string_view path) const;
    // Sets what was given into a value of the record's type, over what it holds. Throws
    // base::UsageError.
    void set_into(void* record) const;

private:
    struct State;
    std::shared_ptr<const State> state_;
};

template <typename T>
class Flags : public FlagSet {
public:
    explicit Flags(CLI::App& command, const FlagOptions& options = {})
        : FlagSet(command, T::settings.record(), options) {}

    void set(T& into) const { set_into(&into); }
    // Defaults, what the document says, and over it what was given; checked as a whole.
    T read(const base::Document& document) const {
        T value{};
        T::settings.read(document, value);
        set(value);
        T::settings.finish(value, document);
        return value;
    }
    T read() const { return read(base::Document::json("{}")); }
};

}  // namespace app
