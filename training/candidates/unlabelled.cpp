// Records without a label are chosen as the snapshot's members were, by the same source, condition
// and rules; then whatever hangs together with a held-out member goes, again and again, since of a
// chain of near-duplicates only the neighbours are seen at once.
#include "training/candidates/unlabelled.hpp"

#include <algorithm>
#include <limits>
#include <unordered_map>

#include <boost/json.hpp>

#include "base/database/database.hpp"
#include "base/error.hpp"
#include "base/numbers/random.hpp"
#include "base/text/ascii.hpp"
#include "schema/select/filter.hpp"
#include "training/candidates/candidate_store.hpp"
#include "training/snapshots/member_store.hpp"

namespace training {

namespace {

bool of_label(const std::string& field) {
    return field == "class" || field == "value" || field == "probability" || field == "method";
}

bool asks_for_label(const schema::Filter& condition) {
    return std::any_of(condition.fields().begin(), condition.fields().end(), of_label);
}

// The places of `word` outside quotes and parentheses.
std::vector<std::size_t> places_of(std::string_view text, std::string_view word) {
    std::vector<std::size_t> out;
    int depth = 0;
    char quote = 0;
    const auto separate = [&](std::size_t at) {
        return at >= text.size() || base::is_space(text[at]) || text[at] == '(' || text[at] == ')';
    };
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        if (quote != 0) {
            if (c == quote) quote = 0;
        } else if (c == '\'' || c == '"') {
            quote = c;
        } else if (c == '(') {
            ++depth;
        } else if (c == ')') {
            --depth;
        } else if (depth == 0 && at > 0 && separate(at - 1) && separate(at + word.size()) && base::to_lower(text.substr(at, word.size())) == word) {
            out.push_back(at);
        }
    }
    return out;
}

// What a snapshot was made with, as far as it chooses records.
SnapshotSpec spec_of(const SnapshotInfo& snapshot) {
    SnapshotSpec spec;
    spec.name = snapshot.name;
    spec.source = snapshot.source;
    spec.where = record_part(made_with(snapshot, "where"));
    spec.split = made_with(snapshot, "split");
    spec.group = made_with(snapshot, "group");
    spec.time = made_with(snapshot, "time");
    spec.time_format = made_with(snapshot, "time_format");
    spec.stratify = "none";
    return spec;
}

// Parts of candidates: those of the members; the others are to be on the training side.
struct Sides {
    std::vector<Part> parts;
    std::vector<bool> member;
};

Sides sides_of(
    base::Database& database,
    const SnapshotInfo& snapshot,
    const Candidates& all,
    bool by_field
) {
    std::unordered_map<std::string, Part> known;
    each_member(database, snapshot.id, [&](const SnapshotMember& one) {
        known.emplace(one.key, static_cast<Part>(one.split));
    });
    Sides out;
    CandidateReader candidates(all.candidates);
    for (std::size_t i = 0; const auto one = candidates.next(); ++i) {
        const auto found = known.find(one->key);
        out.member.push_back(found != known.end());
        const auto own = by_field ? all.members.fixed[i].value_or(Part::training) : Part::training;
        out.parts.push_back(
            found != known.end()    ? found->second
            : own == Part::training ? own
                                    : Part::left_out
        );
    }
    return out;
}

void leave_out_later(const Candidates& all, Sides& sides) {
    auto first = std::numeric_limits<std::int64_t>::max();
    for (std::size_t i = 0; i < all.members.size(); ++i)
        if (sides.member[i] && sides.parts[i] != Part::training)
            first = std::min(first, all.members.time[i]);
    for (std::size_t i = 0; i < all.members.size(); ++i)
        if (!sides.member[i] && all.members.time[i] >= first) sides.parts[i] = Part::left_out;
}

void leave_out_linked(const Candidates& all, Sides& sides) {
    for (bool found = true; found;) {
        found = false;
        for (const auto& leak : find_leaks(all.members, sides.parts, 3, all.members.size() + 1))
            for (auto at : {leak.first, leak.second})
                if (!sides.member[at] && sides.parts[at] == Part::training) {
                    sides.parts[at] = Part::left_out;
                    found = true;
                }
    }
}

}  // namespace

std::string record_part(std::string_view where) {
    if (!asks_for_label(schema::Filter::parse(where))) return std::string(where);
    auto cuts = places_of(where, "and");
    if (!places_of(where, "or").empty()) cuts.clear();
    std::vector<std::string> kept;
    std::size_t from = 0;
    cuts.push_back(where.size());
    for (auto cut : cuts) {
        const std::string part(where.substr(from, cut - from));
        from = cut + 3;
        const auto condition = schema::Filter::parse(part);
        if (!asks_for_label(condition)) {
            kept.push_back(std::string(base::trim(std::string_view(part))));
            continue;
        }
        if (!std::all_of(condition.fields().begin(), condition.fields().end(), of_label))
            throw base::UsageError(
                "unlabelled",
                "the snapshot's condition asks for label and record in one part: " + part,
                "make a snapshot whose conditions are joined by 'and'"
            );
    }
    std::string out;
    for (const auto& part : kept) out += (out.empty() ? "" : " and ") + part;
    return out;
}

UnlabelledRecords unlabelled_records(
    base::Database& database,
    const SnapshotInfo& snapshot,
    std::size_t most,
    std::uint64_t seed
) {
    const auto spec = spec_of(snapshot);
    const auto plan = plan_of(spec);
    const auto project = database.call([&](base::Tx& tx) { return find_project(tx, spec); });
    const auto all = choose(database, project, spec, plan, {});
    auto sides = sides_of(database, snapshot, all, plan.split.by == SplitSpec::By::fixed);
    if (plan.split.by == SplitSpec::By::time) leave_out_later(all, sides);
    leave_out_linked(all, sides);
    UnlabelledRecords out;
    out.denied = static_cast<std::size_t>(all.denied);
    std::vector<std::uint32_t> chosen;
    for (std::uint32_t i = 0; i < all.candidates.size(); ++i) {
        if (sides.member[i]) continue;
        ++out.found;
        if (sides.parts[i] == Part::training) {
            chosen.push_back(i);
        } else {
            ++out.held_out;
        }
    }
    if (chosen.size() > most) {
        base::CounterRandom(seed, 51).shuffle(std::span(chosen));
        chosen.resize(most);
        std::sort(chosen.begin(), chosen.end());
    }
    CandidateReader candidates(all.candidates);
    auto next = chosen.begin();
    for (std::uint32_t i = 0; const auto one = candidates.next(); ++i) {
        if (next == chosen.end() || *next != i) continue;
        ++next;
        out.items.push_back(
            {{one->rk, snapshot.source_id, one->key}, one->version, std::nullopt, std::nullopt, ""}
        );
    }
    return out;
}

}  // namespace training
