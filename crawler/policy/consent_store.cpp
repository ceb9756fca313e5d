// Consent is not settled when a page is fetched: a site may refuse later, and that counts for what
// is stored. So all pages of a source are judged again by the newest files of their origins.
// Denials are rows of their own beside the records, since what the page itself said is part of its
// version and stays.
//
// A robots.txt that could not be fetched says nothing: treating it as a refusal would take out a
// whole source because a server was down.
#include "crawler/policy/consent_store.hpp"

#include <limits>
#include <map>
#include <set>
#include <vector>

#include "base/database/database.hpp"
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
        auto status = row[2].as<int>();
        if (status < 200 || status >= 300) continue;
        auto& site = sites[row[0].as<std::string>()];
        auto path = row[1].as<std::string>();
        if (path == "/robots.txt") {
            site.robots = formats::Robots::parse(base::bytes(row[3]));
        } else {
            site.files[path] = base::bytes(row[3]);
        }
    }
}

}  // namespace

ConsentCheck check_consent(
    base::Database& database,
    std::int64_t source_id,
    const std::string& user_agent,
    std::stop_token stop
) {
    ConsentCheck check;
    Sites sites;
    std::int64_t rk = std::numeric_limits<std::int64_t>::min();
    std::string key;
    for (bool more = true; more && !stop.stop_requested();) {
        auto part = database.call([&](base::Tx& tx) {
            std::vector<Page> pages;
            auto rows = tx.exec(sql::file["stored_pages"], source_id, rk, key, step);
            for (const auto& row : rows)
                if (auto url = formats::parse_url(row[2].as<std::string>()); url && url->is_web())
                    pages.push_back(
                        {row[0].as<std::int64_t>(), row[1].as<std::string>(), std::move(*url)}
                    );
            load_sites(tx, pages, sites);
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
            struct Part {
                std::uint64_t pages, denied;
                std::int64_t rk;
                std::string key;
                bool more;
            };
            Part done{all.size(), denied.size(), rk, key, false};
            if (!rows.empty()) {
                done.rk = rows.back()[0].as<std::int64_t>();
                done.key = rows.back()[1].as<std::string>();
                done.more = rows.size() == step;
            }
            return done;
        });
        check.pages += part.pages;
        check.denied += part.denied;
        rk = part.rk;
        key = part.key;
        more = part.more;
    }
    return check;
}

SitePolicy stored_policy(base::Tx& tx, const std::string& url) {
    auto parsed = formats::parse_url(url);
    if (!parsed) return {};
    Sites sites;
    load_sites(tx, {{0, {}, *parsed}}, sites);
    return std::move(sites[parsed->origin()]);
}

}  // namespace crawler
