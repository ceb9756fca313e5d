// Advice speaks of records, a crawl of addresses: the two meet in the directories where pages of a
// kind lie more often than elsewhere. The crawl that is queued is the source's own but for what
// comes first, so that robots.txt, politeness, scope and consent hold as ever.
//
// A finding speaks of what was seen. What was not is a finding, too: a crawl that ends early has
// seen the parts of a site near to where it began, and a model of these knows nothing of the
// others. So half of the pages go to the parts that were seen least, a quarter by the findings, as
// many by each, as one may be chance, and a quarter as the source goes, which leads to parts that
// nobody knows of. docs/benchmarks.md has what each of these is worth.
#include "service/learn/collecting.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_set>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/json/shape.hpp"
#include "crawler/frontier/preference_store.hpp"
#include "crawler/policy/site_parts.hpp"
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
constexpr std::size_t most_parts = 50;
constexpr double spread_share = 0.5, gathered_share = 0.75;  // of the pages; the second of both

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

// How many of these pages each place of the findings gives: as many by each finding, and by each
// place of it, but none more than waits there; what one leaves over the others share.
std::vector<double> quotas_of(const std::vector<PagesToGather>& where, double pages) {
    std::map<std::string, double> parts;  // by finding
    for (const auto& one : where)
        if (one.waiting > 0) ++parts[one.finding];
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

// Where pages lie that are like those the findings speak of. `prefixes` gets their directories.
std::vector<PagesToGather> places_of_findings(
    Work& work,
    const training::Analysis& analysis,
    const schema::Source& source,
    std::vector<std::string>& prefixes
) {
    auto asked = asked_for(analysis);
    if (asked.empty()) return {};
    // Twice over all pages, so that only directories of what is wanted are kept.
    for (const bool wanted : {true, false})
        crawler::each_page_address(work.tx, source.id, [&](const auto& key, const auto& url) {
            for (auto& one : asked) {
                if (one.keys.contains(key) != wanted) continue;
                if (wanted)
                    one.paths.add_wanted(url);
                else
                    one.paths.add_other(url);
            }
        });
    std::vector<PagesToGather> out;
    std::set<std::string> known;
    for (const auto& one : asked)
        for (const auto& path : one.paths.telling(paths_each)) {
            if (!known.insert(path.prefix).second) continue;
            prefixes.push_back(path.prefix);
            out.push_back(
                {.source = source.name,
                 .finding = one.advice->finding,
                 .prefer = crawler::pattern_below(path.prefix),
                 .like = path.wanted,
                 .others = path.others}
            );
        }
    const auto waiting = crawler::count_waiting(work.tx, source.id, prefixes);
    for (std::size_t i = 0; i < out.size(); ++i) out[i].waiting = waiting.at(i);
    return out;
}

// The parts of a site of which less was seen than of the whole, and something waits: those that
// lack most come first.
std::vector<crawler::SitePart> parts_seen_least(std::vector<crawler::SitePart> parts) {
    double seen = 0, all = 0;
    for (const auto& part : parts) {
        seen += static_cast<double>(part.seen);
        all += static_cast<double>(part.seen + part.waiting);
    }
    const auto lack = [&](const crawler::SitePart& part) {
        return static_cast<double>(part.seen + part.waiting) * seen / all -
               static_cast<double>(part.seen);
    };
    std::erase_if(parts, [&](const auto& part) { return part.waiting == 0 || lack(part) <= 0; });
    std::stable_sort(parts.begin(), parts.end(), [&](const auto& a, const auto& b) {
        return lack(a) > lack(b);
    });
    if (parts.size() > most_parts) parts.resize(most_parts);
    return parts;
}

}  // namespace

std::vector<PagesToGather>
pages_to_gather(Work& work, const training::Analysis& analysis, std::size_t pages) {
    const auto source = schema::find_source(work.tx, analysis.run.source);
    if (!source || !source_kind(source->kind).crawls) return {};
    std::vector<std::string> prefixes;
    auto out = places_of_findings(work, analysis, *source, prefixes);
    const auto parts =
        parts_seen_least(crawler::parts_of(crawler::count_by_directory(work.tx, source->id)));
    const double all = gathered_share * static_cast<double>(pages);
    const double spread = out.empty() ? all : spread_share * static_cast<double>(pages);
    const auto quotas = quotas_of(out, parts.empty() ? all : all - spread);
    for (std::size_t i = 0; i < out.size(); ++i)
        if (out[i].waiting > 0) out[i].share = quotas[i] / static_cast<double>(out[i].waiting);
    const auto more = crawler::spread_over(parts, spread);
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const auto& part = parts[i];
        // An address is drawn once: what a finding draws of the part is not drawn again.
        double share = more[i] / static_cast<double>(part.waiting), drawn = 0;
        for (std::size_t k = 0; k < prefixes.size(); ++k)
            if (part.prefix.starts_with(prefixes[k])) drawn = std::max(drawn, out[k].share);
        out.push_back(
            {.source = source->name,
             .finding = fmt::format(
                 "{} of its {} known pages were seen", part.seen, part.seen + part.waiting
             ),
             .prefer = crawler::pattern_of(part),
             .others = part.seen,
             .waiting = part.waiting,
             .share = std::min(share + drawn, 1.0)}
        );
    }
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
            "holds no part that more should come from: nothing waits, or all is seen alike",
            "crawl it as it is with 'tilth source run', or add a source"
        );
    auto source = schema::require_source(work.tx, name);
    check_run(source);
    json::array prefer, shares;
    for (const auto& one : where) {
        prefer.emplace_back(one.prefer);
        shares.emplace_back(one.share);
    }
    base::JsonText spec{source.spec};
    set_member(spec, "prefer", json::serialize(prefer));
    set_member(spec, "prefer_shares", json::serialize(shares));
    set_member(spec, "max_pages", std::to_string(pages));
    set_member(spec, "revisit", "adaptive");
    source.spec = spec.text;
    return queue_source(work.tx, source, work.now, work.now, true).added ? pages : 0;
}

}  // namespace service
