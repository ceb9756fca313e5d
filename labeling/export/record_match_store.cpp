// A label of a picture names the file that somebody labeled, wherever it lay then; the record's key
// is where it lies now. What they share is the end of the path. Names are kept as hashes, 12 bytes
// a name, since a source may have millions of pictures; a name that two records have finds neither.
#include "labeling/export/record_match_store.hpp"

#include <limits>
#include <unordered_map>

#include "base/database/rows.hpp"
#include "labeling/export/pictures.hpp"
#include "labeling/sql.hpp"
#include "schema/records/record.hpp"
#include "schema/records/values.hpp"

namespace labeling {

namespace {

constexpr int keys_at_once = 10'000;

struct KeyRow {
    std::int64_t rk = 0;
    std::string key;
};
BOOST_DESCRIBE_STRUCT(KeyRow, (), (rk, key))

struct DetailRow {
    std::string key, text;
    int width = 0, height = 0;
    std::string payload;
};
BOOST_DESCRIBE_STRUCT(DetailRow, (), (key, text, width, height, payload))

std::string last_part(const std::string& path) {
    auto slash = path.find_last_of("/\\");
    return slash == path.npos ? path : path.substr(slash + 1);
}

}  // namespace

std::optional<AskedRecord::Size> MatchedRecord::picture() const {
    if (width <= 0) return std::nullopt;
    return Size{.width = width, .height = height};
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
        record.fields = std::move(row.payload);
        found.insert_or_assign(std::move(row.key), std::move(record));
    }
    return found;
}

std::string RecordMatch::key_for_file(const std::string& name) {
    if (!names_) {
        names_ = std::make_unique<FileNames>();
        KeyRow last{.rk = std::numeric_limits<std::int64_t>::min(), .key = ""};
        for (;;) {
            auto rows = steps_.call([&](base::Tx& tx) {
                return base::rows_as<KeyRow>(tx.exec(
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

std::string RecordMatch::some_key() {
    auto rows = steps_.call([&](base::Tx& tx) {
        return base::rows_as<KeyRow>(tx.exec(
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
