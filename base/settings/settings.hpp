#pragma once

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json/described.hpp"
#include "base/settings/read.hpp"

// Settings are declared once, as a static member of the struct that holds them:
//
//     struct CrawlSettings {
//         std::chrono::milliseconds delay{1000};
//         Reach scope = Reach::host;
//         std::optional<std::uint64_t> max_pages;
//         static const base::Settings<CrawlSettings> settings;
//     };
//
//     const base::Settings<CrawlSettings> CrawlSettings::settings{
//         {"delay", &CrawlSettings::delay, "between two requests to one host"},
//         {"scope", &CrawlSettings::scope, "which links belong"},
//         {"max_pages", &CrawlSettings::max_pages, "stop after so many kept pages", {.low = 1}},
//     };
//
// Defaults are the struct's own. From the declaration come the readers of TOML, JSON, variables and
// flags, what is stored, completion, the JSON schema and docs/reference/settings.md. A struct with
// settings may be a member of another, or stand in its optionals, lists and tables; an entry that
// is only a member, `{&FilesSettings::records}`, puts that struct's settings among the outer one's.
namespace base {

// What people are told about one setting.
struct SettingInfo {
    std::string path;   // "paginator.size"; of lists "stream[].name", of tables "headers.NAME"
    std::string type;   // "a whole number from 1 to 100"
    std::string usual;  // its default as text; empty: none
    std::string words;  // what it is for
    std::vector<std::pair<std::string, std::string>> choices;  // words and what they mean
    bool required = false;
    bool many = false;  // lists and tables: a flag may come several times
    bool plain = true;  // can be given as text: neither a struct nor a list of them
    bool is_truth = false;
    const Member* member = nullptr;
};

// All settings of a record; `deep`: those of structs within it behind them.
std::vector<SettingInfo> list_settings(const Record& record, bool deep = false);

// A table in Markdown: setting, what it may be, default, what it is for.
std::string markdown_of(const Record& record);

template <typename T>
class Settings {
public:
    class Entry {
    public:
        template <typename M, typename C>
        Entry(std::string name, M C::*member, std::string words, SettingOptions options = {})
            : member_{
                  std::move(name),
                  offset_of<T>(member),
                  &shape_of<M>,
                  std::move(words),
                  std::move(options)} {}
        // A member of a struct that is itself a member.
        template <typename M, typename C, typename I, typename J>
        Entry(
            std::string name,
            I C::*outer,
            M J::*inner,
            std::string words,
            SettingOptions options = {}
        )
            : member_{
                  std::move(name),
                  offset_of<T>(outer) + offset_of<J>(inner),
                  &shape_of<M>,
                  std::move(words),
                  std::move(options)} {}
        template <typename M, typename C>
        Entry(M C::*member) : member_{{}, offset_of<T>(member), &shape_of<M>} {}

    private:
        friend class Settings;
        Member member_;
    };

    // `check` is asked when all of a struct is read; it may also complete the struct.
    Settings(
        std::initializer_list<Entry> entries,
        std::optional<Fault> (*check)(T& value) = nullptr
    ) {
        for (const auto& entry : entries) record_.members.push_back(entry.member_);
        record_.defaults = &default_of<T>();
        if (check) record_.check = [check](void* value) { return check(*static_cast<T*>(value)); };
    }

    // Throw base::UsageError, as read.hpp says.
    T read(const Document& document) const {
        T value{};
        read_record(record_, &value, document);
        return value;
    }
    // Takes over what the document says; finish() is for when all has been said.
    void read(const Document& document, T& into) const {
        read_record(record_, &into, document, Reading::partial);
    }
    void set(T& into, std::string_view path, const std::string& text, const std::string& thing)
        const {
        set_by_text(record_, &into, path, {&text, 1}, thing);
    }
    void finish(T& value, const Document& document) const {
        check_record(record_, &value, document);
    }

    template <typename J = boost::json::value>
    J write(const T& value, Written written = Written::changed) const {
        return base::write(shape_of<T>(), &value, written);
    }
    std::string text(const T& value, Written written = Written::changed) const {
        return base::json_text(shape_of<T>(), &value, written);
    }

    std::vector<SettingInfo> list() const { return list_settings(record_); }
    std::string markdown() const { return markdown_of(record_); }
    const Record& record() const { return record_; }

private:
    Record record_;
};

}  // namespace base
