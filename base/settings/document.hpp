#pragma once

#include <filesystem>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

#include <boost/json/fwd.hpp>

namespace base {

// A configuration as it was written: a tree of JSON values, and where each of them stands.
//
//     auto document = Document::toml(text, "crawl.toml");
//     auto settings = CrawlSettings::settings.read(document);
//
// Paths within it are names and numbers: "stream[0].paginator.size". Cheap to copy, immutable.
class Document {
public:
    // `file` is what messages call the text. Times are read as their texts. Throws base::UsageError
    // with the line for what is no TOML.
    static Document toml(std::string_view text, const std::string& file);
    // Throws base::UsageError if the file cannot be read, too.
    static Document toml_file(const std::filesystem::path& file);
    // Values are called "setting 'a.b'", or by another word: "member 'a.b'". Throws
    // base::UsageError for what is no JSON.
    static Document json(std::string_view text, const std::string& word = "setting");
    static Document of(const boost::json::value& root, const std::string& word = "setting");
    // One value that stands alone, as of a flag: whatever is wrong is wrong with `thing`.
    static Document alone(const boost::json::value& root, const std::string& thing);

    const boost::json::value& root() const;
    bool has(std::string_view name) const;
    // The same without these names at its top.
    Document without(std::initializer_list<std::string_view> names) const;
    // What stands under a name at the top, with its places; null if there is nothing.
    Document part(const std::string& name) const;
    // Likewise, but a text there is TOML itself, which messages call `file`.
    Document embedded(const std::string& name, const std::string& file) const;

    // "crawl.toml, line 3" or "setting 'delay'", for messages.
    std::string place(const std::string& path) const;

    // Throws base::UsageError: "crawl.toml, line 3: 'delay' must be ..", or "setting 'delay': must
    // be ..". What is missing is told of with the place of its table.
    [[noreturn]] void
    fail(const std::string& path, const std::string& reason, const std::string& mend = {}) const;
    [[noreturn]] void missing(const std::string& path, const std::string& mend = {}) const;
    [[noreturn]] void unknown(const std::string& path, const std::string& mend) const;

private:
    struct State;
    explicit Document(std::shared_ptr<const State> state);

    std::shared_ptr<const State> state_;
    std::string within_;  // path of the root in that which it is a part of
};

}  // namespace base
