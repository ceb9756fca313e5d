// A label of a picture names the file that somebody labeled, wherever it lay then; the record's key
// is where it lies now. What they share is the end of the path. Names are kept as hashes, 12 bytes
// a name, since a source may have millions of pictures; a name that two records have finds neither.
//
// A label of a text that has no key of ours has the text itself. Texts are compared by hashes that
// the database makes, so that none of them travels.
#include "labeling/export/record_match_store.hpp"

#include <limits>
#include <unordered_map>

#include <fmt/format.h>

#include "base/database/rows.hpp"
#include "base/error.hpp"
#include "base/text/utf8.hpp"
#include "labeling/export/pictures.hpp"
#include "labeling/sql.hpp"
#include "schema/records/record.hpp"
#include "schema/records/values.hpp"

namespace labeling {

namespace {

constexpr int keys_at_once = 10'000;

struct SourceKey {
    std::int64_t rk = 0;
    std::string key;
};
BOOST_DESCRIBE_STRUCT(SourceKey, (), (rk, key))

struct DetailRow {
    std::string key, text;
    int width = 0, height = 0;
    std::string payload;
    bool recorded = false;
    std::optional<double> seconds;
};
BOOST_DESCRIBE_STRUCT(DetailRow, (), (key, text, width, height, payload, recorded, seconds))

struct TextRow {
    std::int64_t rk = 0;
    std::string key;
    std::optional<std::int64_t> hash;
};
BOOST_DESCRIBE_STRUCT(TextRow, (), (rk, key, hash))

constexpr std::string_view text_blanks = " \t\r\n\v\f";

// As the database's query has it: without blanks at the end, or without any.
std::string compared_text(std::string text, bool of_tokens) {
    if (of_tokens)
        std::erase_if(text, [](char c) { return text_blanks.find(c) != text_blanks.npos; });
    else
        text.resize(text.find_last_not_of(text_blanks) + 1);
    return text;
}

std::string last_part(const std::string& path) {
    auto slash = path.find_last_of("/\\");
    return slash == path.npos ? path : path.substr(slash + 1);
}

}  // namespace

std::string name_of_given(const GivenLabel& label) {
    if (!label.key.empty()) return label.key;
    return std::string(base::first_characters(label.text, 60));
}

std::optional<AskedRecord::Size> MatchedRecord::picture() const {
    if (width <= 0) return std::nullopt;
    return Size{.width = width, .height = height};
}

std::optional<AskedRecord::Recording> MatchedRecord::recording() const {
    if (!recorded) return std::nullopt;
    return Recording{.seconds = seconds};
}

struct RecordMatch::FileNames {
    static constexpr std::uint32_t several = std::numeric_limits<std::uint32_t>::max();

    void add(std::string key) {
        auto number = static_cast<std::uint32_t>(keys.size());
        for (const auto& name :
             {key, picture_stem(key), last_part(key), picture_stem(last_part(key))})
            note(name, number);
        keys.push_back(std::move(key));
    }
    void note(const std::string& name, std::uint32_t number) {
        auto [at, added] = numbers.try_emplace(std::hash<std::string>{}(name), number);
        if (!added && at->second != number) at->second = several;
    }
    std::string find(const std::string& name) const {
        for (const auto& one :
             {name, picture_stem(name), last_part(name), picture_stem(last_part(name))}) {
            auto at = numbers.find(std::hash<std::string>{}(one));
            if (at != numbers.end() && at->second != several) return keys[at->second];
        }
        return {};
    }

    std::vector<std::string> keys;
    std::unordered_map<std::size_t, std::uint32_t> numbers;
};

struct RecordMatch::Texts {
    // Keys by hash; empty: several records have the text.
    std::unordered_map<std::int64_t, std::string> keys;
};

RecordMatch::RecordMatch(base::Steps steps, const StoredProject& project)
    : steps_(steps), project_(project) {}
RecordMatch::~RecordMatch() = default;

std::map<std::string, MatchedRecord>
RecordMatch::by_key(const std::vector<std::string>& keys, bool whole) {
    std::vector<std::int64_t> rks;
    for (const auto& key : keys) rks.push_back(schema::record_key(project_.project.source, key));
    auto rows = steps_.call([&](base::Tx& tx) {
        return base::rows_as<DetailRow>(tx.exec(
            sql::file["records_to_label"],
            project_.source_id,
            schema::array_of(rks),
            schema::array_of(keys),
            whole
        ));
    });
    std::map<std::string, MatchedRecord> found;
    for (auto& row : rows) {
        MatchedRecord record;
        record.key = row.key;
        record.body = std::move(row.text);
        record.width = row.width;
        record.height = row.height;
        record.recorded = row.recorded;
        record.seconds = row.seconds;
        record.fields = std::move(row.payload);
        found.insert_or_assign(std::move(row.key), std::move(record));
    }
    return found;
}

std::map<std::string, MatchedRecord>
RecordMatch::find(std::vector<GivenLabel*> labels, bool whole) {
    std::vector<std::string> keys;
    for (const auto* label : labels)
        if (!label->key.empty()) keys.push_back(label->key);
    auto found = by_key(keys, whole);
    std::erase_if(labels, [&](const auto* label) { return found.contains(label->key); });
    std::vector<GivenLabel*> by_text, by_tokens;
    for (auto* label : labels)
        if (!label->text.empty() && label->text.find('\0') == label->text.npos)
            (label->places == GivenLabel::Places::tokens ? by_tokens : by_text).push_back(label);
    keys.clear();
    for (bool of_tokens : {false, true}) {
        auto& some = of_tokens ? by_tokens : by_text;
        name_by_text(some, of_tokens);
        for (const auto* label : some)
            if (!label->key.empty()) keys.push_back(label->key);
    }
    bool of_files = is_of_pictures(task_type(project_.project.question.kind).shape());
    for (auto* label : labels) {
        if (!label->text.empty() && !label->key.empty()) continue;
        auto names = label->also;
        if (of_files && !label->key.empty()) names.insert(names.begin(), label->key);
        for (const auto& name : names)
            if (auto key = key_for_file(name); !key.empty()) {
                label->key = key;
                keys.push_back(key);
                break;
            }
    }
    if (!keys.empty()) found.merge(by_key(keys, whole));
    return found;
}

void RecordMatch::name_by_text(const std::vector<GivenLabel*>& labels, bool of_tokens) {
    if (labels.empty()) return;
    auto& known = of_tokens ? tokens_ : texts_;
    if (!known) {
        known = std::make_unique<Texts>();
        TextRow last{.rk = std::numeric_limits<std::int64_t>::min(), .key = "", .hash = {}};
        for (;;) {
            auto rows = steps_.call([&](base::Tx& tx) {
                return base::rows_as<TextRow>(tx.exec(
                    sql::file["texts_page"],
                    project_.source_id,
                    last.rk,
                    last.key,
                    keys_at_once,
                    of_tokens
                ));
            });
            if (rows.empty()) break;
            last = rows.back();
            for (auto& row : rows) {
                if (!row.hash) continue;
                auto [at, added] = known->keys.try_emplace(*row.hash, std::move(row.key));
                if (!added) at->second.clear();
            }
        }
    }
    std::vector<std::string> texts;
    for (const auto* label : labels) texts.push_back(compared_text(label->text, of_tokens));
    auto hashes = steps_.call([&](base::Tx& tx) {
        return base::rows_as<TextRow>(tx.exec(sql::file["hashes_of_texts"], schema::array_of(texts))
        );
    });
    for (const auto& row : hashes) {
        auto at = known->keys.find(row.hash.value());
        if (at != known->keys.end())
            labels.at(static_cast<std::size_t>(row.rk - 1))->key = at->second;
    }
}

std::string RecordMatch::key_for_file(const std::string& name) {
    if (!names_) {
        names_ = std::make_unique<FileNames>();
        SourceKey last{.rk = std::numeric_limits<std::int64_t>::min(), .key = ""};
        for (;;) {
            auto rows = steps_.call([&](base::Tx& tx) {
                return base::rows_as<SourceKey>(tx.exec(
                    sql::file["keys_page"], project_.source_id, last.rk, last.key, keys_at_once
                ));
            });
            if (rows.empty()) break;
            last = rows.back();
            for (auto& row : rows) names_->add(std::move(row.key));
        }
    }
    return names_->find(name);
}

void RecordMatch::none_matched(
    std::int64_t given,
    std::string_view what,
    const std::string& first
) {
    auto example = some_key();
    throw base::Error(
        "project '" + project_.project.name + "'",
        fmt::format(
            "0 of {} {} matched: the first is of '{}', {}",
            given,
            what,
            first,
            example.empty() ? "and the source has no records"
                            : fmt::format("a record of the source is called '{}'", example)
        ),
        "give the keys of records, or texts that one record alone has (those that 'tilth records "
        "show' tells as its text)"
    );
}

std::string RecordMatch::some_key() {
    auto rows = steps_.call([&](base::Tx& tx) {
        return base::rows_as<SourceKey>(tx.exec(
            sql::file["keys_page"],
            project_.source_id,
            std::numeric_limits<std::int64_t>::min(),
            "",
            1
        ));
    });
    return rows.empty() ? std::string() : rows.front().key;
}

}  // namespace labeling
