// Where raters agree and where not.
//
// A part is ratings of its own, with only the raters that are in it, and is judged as if it were
// all there is: so that each figure of a part is one that anybody can check, interval included. A
// part without two ratings of one unit is shown with no value rather than left out.
#include "labeling/agreement/agreement_by.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

namespace labeling {

namespace {

bool any_pair(const std::vector<Judgement>& rows) {
    return std::adjacent_find(rows.begin(), rows.end(), [](const auto& a, const auto& b) {
               return a.question == b.question;
           }) != rows.end();
}

// Some of the ratings. Raters are numbered anew, so that only those of the part count.
Judgements some_of(const Judgements& ratings, std::vector<Judgement> rows) {
    Judgements part{
        .questions = {},
        .workers = {},
        .answers = ratings.answers,
        .rows = std::move(rows),
        .ordered = ratings.ordered};
    std::map<std::uint32_t, std::uint32_t> number;
    for (const auto& row : part.rows) number.try_emplace(row.worker);
    for (auto& [old, place] : number) {
        place = static_cast<std::uint32_t>(part.workers.size());
        part.workers.push_back(ratings.workers[old]);
    }
    for (auto& row : part.rows) row.worker = number[row.worker];
    return part;
}

AgreementPart part_of(
    std::string name,
    const Judgements& part,
    Metric metric,
    std::size_t replicates,
    const std::stop_token& stop
) {
    AgreementPart result{.name = std::move(name), .agreement = {}};
    if (any_pair(part.rows)) {
        result.agreement = agreement(part, metric, replicates, 1, stop);
    } else {
        result.agreement.raters = part.workers.size();
    }
    return result;
}

}  // namespace

std::vector<AgreementPart> agreement_by_mark(
    const Judgements& ratings,
    Metric metric,
    const std::vector<std::string>& marks,
    const std::function<bool(std::size_t answer, std::size_t mark)>& bears,
    std::size_t replicates,
    const std::stop_token& stop
) {
    std::vector<AgreementPart> parts;
    for (std::size_t mark = 0; mark < marks.size(); ++mark) {
        auto binary = some_of(ratings, ratings.rows);
        binary.answers = {"0", "1"};
        binary.ordered = false;
        for (auto& row : binary.rows) row.answer = bears(row.answer, mark) ? 1 : 0;
        parts.push_back(part_of(marks[mark], binary, metric, replicates, stop));
    }
    return parts;
}

std::vector<AgreementPart> agreement_by_class(
    const Judgements& ratings,
    Metric metric,
    std::size_t replicates,
    const std::stop_token& stop
) {
    auto is = [](std::size_t answer, std::size_t mark) { return answer == mark; };
    return agreement_by_mark(ratings, metric, ratings.answers, is, replicates, stop);
}

std::vector<AgreementPart> agreement_by_pair(
    const Judgements& ratings,
    Metric metric,
    std::size_t replicates,
    const std::stop_token& stop
) {
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::vector<Judgement>> pairs;
    const auto& rows = ratings.rows;
    for (std::size_t i = 0; i < rows.size(); ++i)
        for (auto j = i + 1; j < rows.size() && rows[j].question == rows[i].question; ++j) {
            auto& both = pairs[{rows[i].worker, rows[j].worker}];
            both.insert(both.end(), {rows[i], rows[j]});
        }
    std::vector<AgreementPart> parts;
    for (auto& [pair, both] : pairs) {
        auto name =
            fmt::format("{}, {}", ratings.workers[pair.first], ratings.workers[pair.second]);
        parts.push_back(
            part_of(std::move(name), some_of(ratings, std::move(both)), metric, replicates, stop)
        );
    }
    return parts;
}

std::vector<AgreementPart> agreement_by(
    const Judgements& ratings,
    Metric metric,
    const std::vector<std::uint32_t>& part,
    const std::vector<std::string>& parts,
    std::size_t replicates,
    const std::stop_token& stop
) {
    std::vector<std::vector<Judgement>> rows(parts.size());
    for (const auto& row : ratings.rows) rows[part[row.question]].push_back(row);
    std::vector<AgreementPart> result;
    for (std::size_t i = 0; i < parts.size(); ++i)
        result.push_back(
            part_of(parts[i], some_of(ratings, std::move(rows[i])), metric, replicates, stop)
        );
    return result;
}

std::vector<AgreementPart> agreement_by_units(
    const Judgements& ratings,
    Metric metric,
    std::size_t size,
    std::size_t replicates,
    const std::stop_token& stop
) {
    std::vector<std::uint32_t> part(ratings.questions.size());
    std::vector<std::string> parts;
    for (std::size_t q = 0; q < part.size(); ++q) {
        part[q] = static_cast<std::uint32_t>(q / size);
        if (q % size == 0)
            parts.push_back(fmt::format("{}-{}", q + 1, std::min(q + size, part.size())));
    }
    return agreement_by(ratings, metric, part, parts, replicates, stop);
}

}  // namespace labeling
