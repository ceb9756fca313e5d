// Judges stored pages anew by the site files as last fetched: what a site says of its content may
// have changed since, and the answer has to follow without asking the site for each page again.
//
// Pages go in key order, a step a transaction, and what a step found replaces the denials of
// exactly its pages; a stop between two steps leaves no page half judged.
#include "crawler/policy/consent_store.hpp"

#include <limits>
#include <map>
#include <set>
#include <vector>

#include "base/database/database.hpp"
#include "base/error.hpp"
#include "crawler/policy/consent.hpp"
#include "crawler/policy/site_files.hpp"
#include "crawler/sql.hpp"
#include "formats/url/url.hpp"
#include "schema/records/record.hpp"
#include "schema/records/values.hpp"

namespace crawler {

namespace {

constexpr int step = 2000;

struct Page {
    std::int64_t rk;
    std::string key;
    formats::Url url;
};

using Sites = std::map<std::string, SitePolicy>;

// Loads the files of the origins that are not known yet. A robots.txt that could not be had says
// nothing about what was fetched before.
void load_sites(base::Tx& tx, const std::vector<Page>& pages, Sites& sites) {
    if (sites.size() > 1000) sites.clear();
    std::set<std::string> wanted;
    for (const auto& page : pages)
        if (auto origin = page.url.origin(); !sites.contains(origin)) wanted.insert(origin);
    if (wanted.empty()) return;
    std::vector<std::string> origins(wanted.begin(), wanted.end());
    for (const auto& origin : origins) sites[origin];
    for (const auto& row : tx.exec(sql::file["policy_files"], schema::array_of(origins))) {
        auto status = row["status"].as<int>();
        if (status < 200 || status >= 300) continue;
        auto& site = sites[row["origin"].as<std::string>()];
        auto path = row["path"].as<std::string>();
        if (path == "/robots.txt") {
            site.robots = formats::Robots::parse(base::bytes(row["body"]));
        } else {
            site.files[path] = base::bytes(row["body"]);
        }
    }
}

// What was judged of a source so far: up to this record, in key order.
struct Progress {
    ConsentCheck check;
    std::int64_t rk = std::numeric_limits<std::int64_t>::min();
    std::string key;
    bool more = true;
};

// Judges pages anew; returns how many are denied.
std::size_t judge_pages(
    base::Tx& tx,
    std::int64_t source_id,
    const std::string& user_agent,
    const std::vector<Page>& pages,
    Sites& sites
) {
    std::vector<std::int64_t> all, denied;
    std::vector<std::string> keys, rules;
    for (const auto& page : pages) {
        const auto& site = sites[page.url.origin()];
        auto target = page.url.target();
        ConsentQuestion question;
        question.target = target;
        question.agent = user_agent;
        question.robots = &site.robots;
        question.files = site.files;
        all.push_back(page.rk);
        auto consent = judge_consent(question);
        if (consent.allowed) continue;
        denied.push_back(page.rk);
        keys.push_back(page.key);
        rules.push_back(consent.rule);
    }
    tx.exec(sql::file["forget_denials"], source_id, schema::array_of(all));
    if (!denied.empty())
        tx.exec(
            sql::file["add_denials"],
            source_id,
            schema::timestamp(std::chrono::system_clock::now()),
            schema::array_of(denied),
            schema::array_of(keys),
            schema::array_of(rules)
        );
    return denied.size();
}

}  // namespace

ConsentCheck check_consent(
    base::Database& database,
    std::int64_t source_id,
    const std::string& user_agent,
    std::stop_token stop
) {
    Progress progress;
    Sites sites;
    while (progress.more) {
        if (stop.stop_requested()) throw base::Interrupted();
        progress = database.call([&](base::Tx& tx) {
            auto next = progress;
            std::vector<Page> pages;
            auto rows = tx.exec(sql::file["stored_pages"], source_id, next.rk, next.key, step);
            for (const auto& row : rows) {
                next.rk = row["rk"].as<std::int64_t>();
                next.key = row["key"].as<std::string>();
                auto url = formats::parse_url(row["url"].as<std::string>());
                if (url && url->is_web()) pages.push_back({next.rk, next.key, std::move(*url)});
            }
            load_sites(tx, pages, sites);
            next.check.pages += pages.size();
            next.check.denied += judge_pages(tx, source_id, user_agent, pages, sites);
            next.more = rows.size() == step;
            return next;
        });
    }
    return progress.check;
}

SitePolicy stored_policy(base::Tx& tx, const std::string& url) {
    auto parsed = formats::parse_url(url);
    if (!parsed) return {};
    Sites sites;
    load_sites(tx, {{0, {}, *parsed}}, sites);
    return std::move(sites[parsed->origin()]);
}

}  // namespace crawler
