// Guesses the rules of a source from its first records, in the order in which a person would: what
// is always a number is a number, what is always a date a date, the longest texts that differ are
// the body. All thresholds are on shares of the filled values, because missing ones say nothing.
//
// A category needs at least 20 rows and, on average, four rows a value; with fewer, every column of
// a small sample would look like one. Each decision is said in `why`, for a guess must be easy to
// overrule.
#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <set>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text/ascii.hpp"
#include "formats/dataset/cell.hpp"
#include "formats/text/value_type.hpp"
#include "ingest/mapping/rules.hpp"

namespace ingest {

namespace {

struct Seen {
    std::string name;
    std::size_t filled = 0;
    std::size_t numbers = 0;   // infinite ones too
    std::size_t infinite = 0;  // which no column holds
    std::string no_number;     // the first value that is none
    std::size_t dates = 0;
    std::size_t booleans = 0;
    std::size_t characters = 0;
    std::size_t nested = 0;
    std::size_t codes = 0;                      // ASCII without a blank: a hash, an address, a name
    std::set<std::string, std::less<>> values;  // at most `most_values` + 1

    bool all(std::size_t of) const { return filled > 0 && of == filled; }
};

constexpr std::size_t most_values = 50;
constexpr std::size_t rows_for_categories = 20;
constexpr std::size_t longest_category = 40;  // characters, on average

bool missing(const Rules& rules, std::string_view value) {
    return std::find(rules.missing.begin(), rules.missing.end(), value) != rules.missing.end();
}

// Digits that are a name, not a number: a leading zero or the last digits would be lost.
bool is_code(std::string_view value) {
    constexpr std::size_t exact_in_double = 15;
    auto digits = value.substr(value.starts_with('-') || value.starts_with('+'));
    if (digits.find_first_not_of("0123456789") != digits.npos) return false;
    return digits.size() > exact_in_double || (digits.size() > 1 && digits.front() == '0');
}

// "inf", "-Infinity", or more than a double holds, as 1e400.
bool is_infinite(std::string_view value) {
    if (value.starts_with('+') || value.starts_with('-')) value.remove_prefix(1);
    const auto lower = base::to_lower(value);
    if (lower == "inf" || lower == "infinity") return true;
    double number = 0;
    const auto [end, code] = std::from_chars(lower.data(), lower.data() + lower.size(), number);
    return code == std::errc::result_out_of_range && end == lower.data() + lower.size() &&
           lower.find("e-") == lower.npos;
}

std::vector<Seen> look(const Page& sample, const Rules& rules) {
    std::vector<Seen> all;
    std::map<std::string, std::size_t, std::less<>> places;
    for (const auto& record : sample.records) {
        if (record.page) continue;
        for (const auto& field : sample.fields_of(record)) {
            auto place = places.find(field.name);
            if (place == places.end()) {
                place = places.emplace(std::string(field.name), all.size()).first;
                all.emplace_back().name = field.name;
            }
            auto& seen = all[place->second];
            if (formats::is_media_uri(field.value)) continue;  // the mapping takes it out
            auto value = base::trim(field.value);
            if (field.kind == formats::Field::Kind::null || value.empty() || missing(rules, value))
                continue;
            ++seen.filled;
            seen.characters += value.size();
            auto type = field.kind == formats::Field::Kind::json ? formats::ValueType::text
                                                                 : formats::type_of(value);
            seen.nested += field.kind == formats::Field::Kind::json;
            seen.codes += std::all_of(value.begin(), value.end(), [](char c) {
                return c > ' ' && static_cast<unsigned char>(c) < 0x80;
            });
            const bool infinite = type == formats::ValueType::text && is_infinite(value);
            const bool number =
                infinite ||
                ((type == formats::ValueType::integer || type == formats::ValueType::number) &&
                 !is_code(value));
            seen.numbers += number;
            seen.infinite += infinite;
            if (!number && seen.no_number.empty()) seen.no_number = value;
            seen.dates += type == formats::ValueType::date || type == formats::ValueType::datetime;
            seen.booleans += type == formats::ValueType::boolean;
            if (seen.values.size() <= most_values) seen.values.emplace(value);
        }
    }
    return all;
}

// Whether records are documents, whose text is theirs.
bool has_documents(const Page& sample) {
    for (const auto& record : sample.records) {
        for (const auto& cell : sample.cells_of(record))
            if (!cell.content.text.empty()) return true;
        for (const auto& field : sample.fields_of(record))
            if (field.value.starts_with("data:application/pdf")) return true;
    }
    return false;
}

bool named(std::string_view name, std::initializer_list<std::string_view> words) {
    std::string lower(name);
    std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
        return static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
    });
    return std::find(words.begin(), words.end(), lower) != words.end();
}

}  // namespace

Rules infer_rules(const Page& sample, const std::string& key, std::vector<std::string>* why) {
    Rules rules;
    auto say = [&](std::string line) {
        if (why) why->push_back(std::move(line));
    };
    auto all = look(sample, rules);
    const auto pages = std::count_if(
        sample.records.begin(), sample.records.end(), [](const auto& r) { return r.page; }
    );
    if (!key.empty()) {
        bool found =
            std::any_of(all.begin(), all.end(), [&](const Seen& seen) { return seen.name == key; });
        if (!found && pages == 0 && !all.empty() && key.find('.') == key.npos) {
            std::string names;
            for (std::size_t i = 0; i < std::min<std::size_t>(all.size(), 12); ++i)
                names += (i ? ", " : "") + all[i].name;
            throw base::Error(
                "key '" + key + "'", "no record has this field", "the fields are " + names
            );
        }
        rules.key = {key};
        say("key: " + key + ", as asked");
    } else {
        say("key: the input's own name of the record, or the hash of its content");
    }
    if (pages > 0) say("title and body of pages: what each says");
    if (std::any_of(sample.records.begin(), sample.records.end(), [](const RawRecord& r) {
            return r.image.has_value() || r.media.has_value();
        }))
        return rules;

    auto add = [&](const Seen& seen, ColumnRule::Op op) {
        auto& rule = rules.columns.emplace_back();
        rule.name = rule.field = seen.name;
        rule.op = op;
        rule.invalid = ColumnRule::Invalid::missing;
    };
    rules.time_invalid = ColumnRule::Invalid::missing;
    const Seen* longest = nullptr;
    for (const auto& seen : all) {
        if (seen.filled == 0 || seen.name == key) continue;
        bool text = seen.nested == 0 && !seen.all(seen.codes) && !seen.all(seen.numbers) &&
                    !seen.all(seen.dates) && !seen.all(seen.booleans);
        if (text && seen.characters >= 20 * seen.filled &&
            (seen.values.size() > most_values || seen.values.size() * 2 > seen.filled) &&
            (!longest || seen.characters > longest->characters)) {
            longest = &seen;
        }
    }
    if (has_documents(sample)) {
        longest = nullptr;
        say("title and body: what each document says");
    }
    if (longest) {
        rules.body = {longest->name};
        say(fmt::format(
            "body: {}, the longest texts ({} characters on average)",
            longest->name,
            longest->characters / longest->filled
        ));
    }
    for (const auto& seen : all) {
        if (seen.filled == 0 || seen.name == key || &seen == longest || seen.nested > 0) continue;
        if (rules.title.empty() && named(seen.name, {"title", "subject", "headline", "name"}) &&
            longest) {
            rules.title = {seen.name};
            say("title: " + seen.name);
        } else if (seen.all(seen.numbers) && seen.infinite < seen.filled) {
            add(seen, ColumnRule::Op::number);
            if (seen.infinite > 0)
                say(fmt::format(
                    "{}: {} of {} values are infinite, and count as missing",
                    seen.name,
                    seen.infinite,
                    seen.filled
                ));
        } else if (seen.all(seen.dates)) {
            if (rules.time.empty()) {
                rules.time = seen.name;
                say("time: " + seen.name);
            } else {
                add(seen, ColumnRule::Op::time);
            }
        } else if (sample.records.size() >= rows_for_categories && seen.values.size() <= most_values && seen.values.size() * 4 <= seen.filled && seen.characters <= longest_category * seen.filled) {
            add(seen, ColumnRule::Op::category);
        } else if (seen.numbers * 2 > seen.filled) {
            say(fmt::format(
                "{}: no column, as {} of {} values are numbers, but not '{}'; rules say more "
                "(--map)",
                seen.name,
                seen.numbers,
                seen.filled,
                seen.no_number
            ));
        }
    }
    std::string columns;
    for (const auto& rule : rules.columns) {
        columns += fmt::format(
            "{}{}{}",
            columns.empty() ? "" : ", ",
            rule.name,
            rule.op == ColumnRule::Op::category ? " (category)" : ""
        );
    }
    say(columns.empty() ? "no columns of numbers" : "columns: " + columns);
    return rules;
}

}  // namespace ingest
