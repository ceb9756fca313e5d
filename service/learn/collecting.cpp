// Advice speaks of records, a crawl of addresses: the two meet in the directories where pages of a
// kind lie more often than elsewhere. The crawl that is queued is the source's own but for what
// comes first, so that robots.txt, politeness, scope and consent hold as ever.
//
// Half of the pages go by advice, as many by each finding, the rest as the source goes: a finding
// may be chance, and what nobody has seen yet is not spoken of by any. All pages by advice, first
// finding first, would leave less of every other class.
#include "service/learn/collecting.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_set>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/json/shape.hpp"
#include "crawler/frontier/preference_store.hpp"
#include "crawler/policy/telling_paths.hpp"
#include "schema/sources/source_store.hpp"
#include "service/gather/gather.hpp"
#include "service/gather/kinds/kind.hpp"
#include "service/gather/life/source_edit.hpp"
#include "service/refusal.hpp"

namespace service {

namespace {

namespace json = boost::json;

constexpr std::size_t most_advice = 20, paths_each = 3;
constexpr double advised_share = 0.5;

// What is asked of one advice: the keys of its records, and where their pages lie.
struct AskedFor {
    const training::Advice* advice;
    std::unordered_set<std::string> keys;
    crawler::PathCounts paths;
};

std::vector<AskedFor> asked_for(const training::Analysis& analysis) {
    std::vector<AskedFor> out;
    for (const auto& one : analysis.advice)
        if (!one.like.empty() && out.size() < most_advice)
            out.push_back({&one, {one.like.begin(), one.like.end()}, {}});
    return out;
}

// How many of these pages each part of the site gives: as many by each finding, and by each part of
// it, but none more than waits there; what one leaves over the others share.
std::vector<double> quotas_of(const std::vector<PagesToGather>& where, double pages) {
    std::map<std::string, double> parts;  // by finding
    for (const auto& one : where) ++parts[one.finding];
    std::vector<double> quotas(where.size());
    for (double left = pages; left >= 1;) {
        double open = 0, given = 0;
        const auto room = [&](std::size_t i) {
            return static_cast<double>(where[i].waiting) - quotas[i];
        };
        for (std::size_t i = 0; i < where.size(); ++i)
            if (room(i) > 1e-6) open += 1 / parts[where[i].finding];
        if (open == 0) break;  // all that waits
        for (std::size_t i = 0; i < where.size(); ++i) {
            const double more = std::min(room(i), left / open / parts[where[i].finding]);
            quotas[i] += more;
            given += more;
        }
        left -= given;
    }
    return quotas;
}

}  // namespace

std::vector<PagesToGather> pages_to_gather(Work& work, const training::Analysis& analysis) {
    auto asked = asked_for(analysis);
    if (asked.empty()) return {};
    const auto source = schema::find_source(work.tx, analysis.run.source);
    if (!source || !source_kind(source->kind).crawls) return {};
    // Twice over all pages, so that only directories of what is wanted are kept.
    for (const bool wanted : {true, false})
        crawler::each_page_address(work.tx, source->id, [&](const auto& key, const auto& url) {
            for (auto& one : asked) {
                if (one.keys.contains(key) != wanted) continue;
                if (wanted)
                    one.paths.add_wanted(url);
                else
                    one.paths.add_other(url);
            }
        });
    std::vector<PagesToGather> out;
    std::vector<std::string> prefixes;
    std::set<std::string> known;
    for (const auto& one : asked)
        for (const auto& path : one.paths.telling(paths_each)) {
            if (!known.insert(path.prefix).second) continue;
            prefixes.push_back(path.prefix);
            out.push_back(
                {.source = source->name,
                 .finding = one.advice->finding,
                 .prefer = crawler::pattern_below(path.prefix),
                 .like = path.wanted,
                 .others = path.others}
            );
        }
    const auto waiting = crawler::count_waiting(work.tx, source->id, prefixes);
    for (std::size_t i = 0; i < out.size(); ++i) out[i].waiting = waiting.at(i);
    std::erase_if(out, [](const PagesToGather& one) { return one.waiting == 0; });
    return out;
}

std::size_t queue_gathering(
    Work& work,
    const std::string& name,
    const std::vector<PagesToGather>& where,
    std::size_t pages
) {
    if (!may(work.caller.role, operators))
        throw Refusal(
            Refusal::Kind::forbidden,
            fmt::format("source '{}'", name),
            "is run by operators",
            "ask one, or leave 'send' out to see what to gather"
        );
    if (where.empty())
        throw Refusal(
            Refusal::Kind::conflict,
            fmt::format("source '{}'", name),
            "holds no part where more of what is advised waits to be fetched",
            "crawl it as it is with 'tilth source run', or add a source"
        );
    auto source = schema::require_source(work.tx, name);
    check_run(source);
    json::array prefer, shares;
    const auto quotas = quotas_of(where, advised_share * static_cast<double>(pages));
    for (std::size_t i = 0; i < where.size(); ++i) {
        prefer.emplace_back(where[i].prefer);
        shares.emplace_back(quotas[i] / static_cast<double>(where[i].waiting));
    }
    base::JsonText spec{source.spec};
    set_member(spec, "prefer", json::serialize(prefer));
    set_member(spec, "prefer_shares", json::serialize(shares));
    set_member(spec, "max_pages", std::to_string(pages));
    set_member(spec, "revisit", "adaptive");
    source.spec = spec.text;
    return queue_source(work.tx, source, work.now, work.now, true) ? pages : 0;
}

}  // namespace service
