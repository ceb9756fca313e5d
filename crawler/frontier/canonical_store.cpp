// A canonical link is a hint that is often wrong: whole sections name their start page, addresses
// are named that answer 404 or lead back. So a page is given up for another only when that other is
// stored and holds all of its words, and until then it waits in the frontier, its text beside it.
//
// What a page names may lead further (a redirect, a canonical of its own): the way is followed for
// some steps. Pages of one form at several paths that name one address are believed no more,
// however alike they look: what is equal may be only what was read of them.
#include "crawler/frontier/canonical_store.hpp"

#include <optional>

#include <boost/describe/class.hpp>

#include "base/database/database.hpp"
#include "base/database/rows.hpp"
#include "crawler/frontier/frontier.hpp"
#include "crawler/frontier/page_record_store.hpp"
#include "crawler/policy/alike.hpp"
#include "crawler/sql.hpp"
#include "schema/records/record.hpp"
#include "schema/records/values.hpp"

namespace crawler {

using schema::array_of;
using schema::timestamp;

namespace {

constexpr int paths_of_a_mistake = 3;
constexpr int steps_at_most = 10;

struct WaitingPage {
    std::string page, target, title, body;
};
BOOST_DESCRIBE_STRUCT(WaitingPage, (), (page, target, title, body))

struct TargetRow {
    std::string url;
    UrlState state = UrlState::queued;
    std::optional<SkipReason> reason;
    std::string detail;
    std::string waits_for;  // empty: for nothing
};
BOOST_DESCRIBE_STRUCT(TargetRow, (), (url, state, reason, detail, waits_for))

struct KeptText {
    std::string title, body;
};
BOOST_DESCRIBE_STRUCT(KeptText, (), (title, body))

struct NotedPage {
    std::string page, verdict;
};
BOOST_DESCRIBE_STRUCT(NotedPage, (), (page, verdict))

class Judge {
public:
    Judge(base::Tx& tx, const CanonicalQuestion& question) : tx_(tx), question_(question) {}

    CanonicalVerdicts run(bool all) {
        auto settled = array_of(question_.settled), pages = array_of(question_.pages);
        auto source = question_.source;
        disbelieve(settled, pages);
        auto rows = tx_.exec(sql::file["waiting_canonicals"], source, settled, pages, all);
        for (const auto& page : base::rows_as<WaitingPage>(rows)) judge(page, all);
        return std::move(verdicts_);
    }

private:
    void disbelieve(const std::string& settled, const std::string& pages) {
        auto freed = tx_.exec(
            sql::file["disbelieve_canonicals"], question_.source, settled, pages, paths_of_a_mistake
        );
        if (freed.empty()) return;
        for (const auto& row : freed) verdicts_.apart.push_back(row["page"].as<std::string>());
        tx_.exec(
            sql::file["fetch_disbelieved"],
            question_.source,
            array_of(verdicts_.apart),
            timestamp(question_.now)
        );
    }

    void judge(const WaitingPage& page, bool all) {
        auto key = page.target;
        for (int step = 0; step < steps_at_most && key != page.page; ++step) {
            auto target = look(key);
            if (!target) break;
            if (target->state == UrlState::done) {
                auto kept = text_of(*target, key);
                if (kept && adds_nothing({page.title, page.body}, {kept->title, kept->body}))
                    return give_way(page.page);
                break;
            }
            if (target->state == UrlState::queued) {
                if (all || comes_back(*target, page.page)) break;
                tx_.exec(sql::file["wait_for_canonical"], question_.source, page.page, key);
                return;
            }
            bool leads_on =
                target->reason == SkipReason::redirect || target->reason == SkipReason::canonical;
            if (!leads_on || target->detail.empty()) break;
            key = url_key(target->detail);
        }
        tx_.exec(sql::file["keep_apart"], question_.source, page.page, timestamp(question_.now));
        verdicts_.apart.push_back(page.page);
    }

    void give_way(const std::string& page) {
        tx_.exec(sql::file["give_way"], question_.source, page, timestamp(question_.now));
        verdicts_.copies.push_back(page);
    }

    std::optional<TargetRow> look(const std::string& key) {
        return base::first_as<TargetRow>(
            tx_.exec(sql::file["canonical_target"], question_.source, key)
        );
    }

    // Whether what the target waits for is, in the end, the page.
    bool comes_back(TargetRow target, const std::string& page) {
        for (int step = 0; step < steps_at_most && !target.waits_for.empty(); ++step) {
            if (target.waits_for == page) return true;
            auto next = look(target.waits_for);
            if (!next) return false;
            target = std::move(*next);
        }
        return !target.waits_for.empty();
    }

    // Of the page's own record, or of all that it gave.
    std::optional<KeptText> text_of(const TargetRow& target, const std::string& key) {
        auto held = records_of_pages(tx_, question_.source, {key});
        auto keys = held.empty() ? std::vector{target.url} : std::move(held.begin()->second);
        std::vector<std::int64_t> rks;
        for (const auto& record : keys)
            rks.push_back(schema::record_key(question_.source_name, record));
        std::optional<KeptText> all;
        auto rows =
            tx_.exec(sql::file["kept_texts"], question_.source, array_of(rks), array_of(keys));
        for (auto& text : base::rows_as<KeptText>(rows)) {
            if (!all) all.emplace();
            all->title += text.title + "\n";
            all->body += text.body + "\n";
        }
        return all;
    }

    base::Tx& tx_;
    const CanonicalQuestion& question_;
    CanonicalVerdicts verdicts_;
};

}  // namespace

CanonicalVerdicts
note_canonicals(base::Tx& tx, std::int64_t source, std::span<const NamingPage> pages) {
    CanonicalVerdicts verdicts;
    std::vector<std::string> keys, canonicals, patterns, titles, bodies;
    for (const auto& page : pages) {
        keys.push_back(page.key);
        canonicals.push_back(url_key(page.canonical));
        patterns.push_back(page.pattern);
        titles.emplace_back(page.title);
        bodies.emplace_back(page.body);
    }
    auto rows = tx.exec(
        sql::file["note_canonicals"],
        source,
        array_of(keys),
        array_of(canonicals),
        array_of(patterns),
        array_of(titles),
        array_of(bodies)
    );
    for (auto& noted : base::rows_as<NotedPage>(rows))
        if (noted.verdict == "unlike") verdicts.apart.push_back(std::move(noted.page));
    return verdicts;
}

CanonicalVerdicts judge_canonicals(base::Tx& tx, const CanonicalQuestion& question) {
    return Judge(tx, question).run(false);
}

CanonicalVerdicts end_waiting(base::Tx& tx, const CanonicalQuestion& question) {
    return Judge(tx, question).run(true);
}

}  // namespace crawler
