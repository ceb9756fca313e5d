// Rejects of pages are read again from their kept bytes, with the policy of their site as stored.
// The difficulty is time: the page may have been crawled again since, and what it was then must not
// overwrite what it is now. So records that were seen later are left out, and then the page's set
// of records is left alone too.
#include "service/gather/scraping.hpp"
#include "service/config.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>

#include <boost/json.hpp>

#include "base/database/database.hpp"
#include "base/error.hpp"
#include "base/settings/settings.hpp"
#include "base/text/figures.hpp"
#include "crawler/frontier/page_record_store.hpp"
#include "crawler/policy/consent_store.hpp"
#include "crawler/run/saved_page.hpp"
#include "crawler/scrape/item_record.hpp"
#include "formats/image/image.hpp"
#include "ingest/pipeline/store.hpp"
#include "schema/records/record_store.hpp"
#include "schema/sources/run_stop_store.hpp"
#include "service/gather/kinds/kind.hpp"

namespace service {

using Clock = std::chrono::system_clock;

namespace {

constexpr int step = 200;

// What has become of some rejects.
struct Outcome {
    std::vector<schema::Sealed> records;
    std::vector<schema::Reject> rejects;
    std::vector<std::string> replayed;
    std::vector<crawler::PageRecords> pages, more;  // read whole; that hold another item
};

void try_again(
    base::Tx& tx,
    const schema::Source& source,
    const crawler::PageRules& rules,
    const ingest::StoredReject& stored,
    Outcome& outcome
) {
    const schema::Reject& reject = stored;
    auto at = stored.at;
    auto site = crawler::stored_policy(tx, reject.file);
    auto made = crawler::digest_reject(rules, reject, site, at);
    bool stays = std::any_of(made.rejects.begin(), made.rejects.end(), [&](const auto& again) {
        return again.member == reject.member;
    });
    if (!stays) outcome.replayed.push_back(stored.id);
    crawler::PageRecords held{crawler::url_key(reject.file), {}};
    for (const auto& record : made.records) held.keys.push_back(record.draft.key);
    // What has been met since is not overwritten by what it was then.
    auto later =
        crawler::seen_later(tx, source.id, source.name, held.keys, at + std::chrono::seconds(1));
    std::erase_if(made.records, [&](const schema::Sealed& record) {
        return later.contains(record.draft.key);
    });
    if (made.ruled && !later.empty()) made.ruled = false;  // neither is what the page holds
    if (made.ruled) {
        if (!made.itemised) held.keys.clear();
        outcome.pages.push_back(std::move(held));
    } else if (!reject.member.empty() && !held.keys.empty()) {
        outcome.more.push_back(std::move(held));
    }
    std::move(made.records.begin(), made.records.end(), std::back_inserter(outcome.records));
    std::move(made.rejects.begin(), made.rejects.end(), std::back_inserter(outcome.rejects));
}

}  // namespace

crawler::ExamineImage examine_image() {
    return [](std::string_view encoded) { return formats::examine_image(encoded); };
}

ingest::ReadPage page_reader(const Environment& here, const base::Document& document) {
    crawler::SavedPageRules rules{here.config.crawl.user_agent};
    if (const auto consent = document.part("consent").root(); consent.is_string())
        rules.honour_consent = base::parse<crawler::OptOuts>(std::string_view(consent.as_string())
                               ) != crawler::OptOuts::record;
    return [rules](std::string_view bytes, std::string_view media_type) {
        return crawler::read_saved_page(rules, bytes, media_type);
    };
}

ReplayedPages replay_pages(
    const Environment& here,
    const schema::Source& source,
    const std::string& rules_text,
    const std::string& rules_name,
    const std::string& code
) {
    auto document = base::Document::json(source.spec);
    auto settings = source_kind(source.kind).pages(document).value();
    auto scraping = rules_text.empty() ? crawler::make_scraping(settings.scrape, document)
                                       : crawler::make_scraping(
                                             settings.scrape,
                                             std::make_shared<const crawler::Rules>(
                                                 crawler::Rules::parse(rules_text, rules_name)
                                             )
                                         );
    crawler::Scope scope({.reach = crawler::ScopeRules::Reach::any}, {});
    crawler::PageRules rules;
    rules.source_name = source.name;
    rules.user_agent =
        settings.user_agent.empty() ? here.config.crawl.user_agent : settings.user_agent;
    rules.scope = &scope;
    rules.blobs = &here.blobs;
    rules.rules = scraping.rules.get();
    rules.media = &scraping.media;
    rules.examine_image = examine_image();
    rules.honour_consent = settings.consent == crawler::OptOuts::honour;
    rules.follow_links = rules.feeds = rules.watch_traps = false;

    auto& database = here.database;
    schema::BatchTarget target;
    target.source_id = source.id;
    target.source_name = source.name;
    if (scraping.rules) target.columns = scraping.rules->columns();
    database.call([&](base::Tx& tx) {
        target.now = Clock::now();
        target.run_id = schema::begin_run(tx, source.id, "{\"replay\":true}", target.now);
        target.column_set = schema::ensure_columns(tx, source.id, target.columns, target.now);
    });
    auto close = [&](const std::string& state, const std::string& why) {
        database.call([&](base::Tx& tx) {
            schema::end_run(tx, target.run_id, state, why, Clock::now());
        });
    };
    ReplayedPages result{target.run_id, {}};
    schema::InterruptedByStop marked(database, target.run_id, here.stop);
    try {
        std::string after;
        for (bool more = true; more;) {
            if (here.stop.stop_requested()) throw base::Interrupted();
            auto [counts, next] = database.call([&](base::Tx& tx) {
                Outcome outcome;
                auto listed = ingest::list_rejects(
                    tx, source.id, ingest::RejectState::open, code, after, step
                );
                for (const auto& entry : listed) {
                    auto stored = ingest::show_reject(tx, source.id, entry.id);
                    if (!stored) continue;
                    try_again(tx, source, rules, *stored, outcome);
                }
                target.now = Clock::now();
                auto made = schema::write_batch(tx, target, outcome.records, outcome.rejects);
                crawler::keep_page_records(tx, source.id, source.name, outcome.pages);
                crawler::add_page_records(tx, source.id, source.name, outcome.more);
                ingest::mark_replayed(tx, source.id, outcome.replayed);
                bool last = listed.size() < static_cast<std::size_t>(step);
                return std::pair(made, last ? std::string() : listed.back().id);
            });
            result.counts += counts;
            after = next;
            more = !next.empty();
        }
        close("done", {});
    } catch (const base::Interrupted&) {
        close("interrupted", {});
        throw;
    } catch (const std::exception& error) {
        close("failed", error.what());
        throw;
    }
    return result;
}

}  // namespace service
