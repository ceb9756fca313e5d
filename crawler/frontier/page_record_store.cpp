// Which records came from which page: a page of items has many, and when it changes or goes its
// records have to be found without reading them. The rows carry the record's rk, so that those
// which are still stored are found by a join on the record's own key; a purge takes records and not
// these rows.
#include "crawler/frontier/page_record_store.hpp"

#include "base/database/database.hpp"
#include "crawler/sql.hpp"
#include "schema/records/record.hpp"
#include "schema/records/values.hpp"
#include "schema/sources/source_store.hpp"

namespace crawler {

using schema::array_of;

namespace {

const std::string rules_stream = "scraping rules";

// A row for each record of each page.
struct Rows {
    std::vector<std::string> url_keys, keys;
    std::vector<std::int64_t> rks;

    Rows(const std::string& source_name, std::span<const PageRecords> pages) {
        for (const auto& page : pages) {
            for (const auto& key : page.keys) {
                url_keys.push_back(page.url_key);
                keys.push_back(key);
                rks.push_back(schema::record_key(source_name, key));
            }
        }
    }
};

void add(base::Tx& tx, std::int64_t source, const Rows& rows) {
    if (rows.keys.empty()) return;
    tx.exec(
        sql::file["add_page_records"],
        source,
        array_of(rows.url_keys),
        array_of(rows.rks),
        array_of(rows.keys)
    );
}

}  // namespace

void keep_page_records(
    base::Tx& tx,
    std::int64_t source,
    const std::string& source_name,
    std::span<const PageRecords> pages
) {
    if (pages.empty()) return;
    std::vector<std::string> all;
    for (const auto& page : pages) all.push_back(page.url_key);
    Rows rows(source_name, pages);
    tx.exec(
        sql::file["forget_page_records"],
        source,
        array_of(all),
        array_of(rows.url_keys),
        array_of(rows.rks),
        array_of(rows.keys)
    );
    add(tx, source, rows);
}

void add_page_records(
    base::Tx& tx,
    std::int64_t source,
    const std::string& source_name,
    std::span<const PageRecords> pages
) {
    add(tx, source, Rows(source_name, pages));
}

std::map<std::string, std::vector<std::string>>
records_of_pages(base::Tx& tx, std::int64_t source, const std::vector<std::string>& url_keys) {
    std::map<std::string, std::vector<std::string>> found;
    if (url_keys.empty()) return found;
    for (const auto& row : tx.exec(sql::file["records_of_pages"], source, array_of(url_keys)))
        found[row["page"].as<std::string>()].push_back(row["key"].as<std::string>());
    return found;
}

std::set<std::string> seen_later(
    base::Tx& tx,
    std::int64_t source,
    const std::string& source_name,
    const std::vector<std::string>& keys,
    std::chrono::system_clock::time_point at
) {
    std::set<std::string> later;
    if (keys.empty()) return later;
    std::vector<std::int64_t> rks;
    for (const auto& key : keys) rks.push_back(schema::record_key(source_name, key));
    for (const auto& row :
         tx.exec(sql::file["seen_later"], source, array_of(rks), schema::timestamp(at)))
        later.insert(row["key"].as<std::string>());
    return later;
}

bool rules_differ(base::Tx& tx, std::int64_t source, const std::string& rules) {
    return schema::load_cursor(tx, source, rules_stream).value_or("") != rules;
}

bool change_rules(
    base::Tx& tx,
    std::int64_t source,
    std::int64_t run,
    const std::string& rules,
    std::chrono::system_clock::time_point now
) {
    if (!rules_differ(tx, source, rules)) return false;
    if (rules.empty()) {
        schema::drop_cursor(tx, source, rules_stream);
    } else {
        schema::save_cursor(tx, source, rules_stream, rules, run, now);
    }
    tx.exec(sql::file["forget_all_page_records"], source);
    return true;
}

}  // namespace crawler
