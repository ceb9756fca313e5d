// Answers compared in pairs: who is like whom, and what lies in the middle.
//
// Only likeness is asked of a kind, so that agreement and truth exist for any kind that can say how
// alike two answers are. All pairs of a record are compared once and kept, since the weights change
// from round to round and likeness may be costly; records have few answers, so the tables stay
// small.
#include "labeling/tasks/paired_answers.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.hpp"
#include "base/numbers/statistics.hpp"

namespace labeling {

namespace {

constexpr int most_rounds = 20;
constexpr std::size_t most_chance_pairs = 100'000;

}  // namespace

std::vector<MetricInfo> PairedAnswers::metrics(std::string_view meaning) {
    return {
        {"likeness", std::string(meaning) + ", the mean over pairs", true},
        {"alpha", "Krippendorff's alpha by the same likeness, chance taken off", true}};
}

void PairedAnswers::add(Judged answer) {
    auto [record, new_record] = record_index_.try_emplace(answer.key, records_.size());
    if (new_record) records_.push_back({.key = std::move(answer.key), .answers = {}});
    auto [person, new_person] =
        person_index_.try_emplace(answer.user, static_cast<std::uint32_t>(people_.size()));
    if (new_person) people_.push_back(std::move(answer.user));
    auto& answers = records_[record->second].answers;
    for (auto& each : answers)
        if (each.person == person->second) {
            each.value = std::move(answer.value);
            return;
        }
    answers.push_back({.person = person->second, .value = std::move(answer.value)});
    ++size_;
}

std::vector<std::size_t> PairedAnswers::shared() const {
    std::vector<std::size_t> units;
    for (std::size_t i = 0; i < records_.size(); ++i)
        if (records_[i].answers.size() > 1) units.push_back(i);
    if (units.empty())
        throw base::Error(
            "agreement", "no unit has two ratings", "let two raters rate the same units"
        );
    return units;
}

Agreement PairedAnswers::interval(
    const std::function<std::optional<double>(const std::vector<std::size_t>&)>& measure,
    const std::vector<std::size_t>& units,
    std::size_t replicates
) const {
    Agreement found{
        .value = measure(units),
        .low = {},
        .high = {},
        .units = units.size(),
        .raters = people_.size()};
    base::Random random(1);
    std::vector<double> bootstrap;
    std::vector<std::size_t> drawn(units.size());
    for (std::size_t i = 0; i < replicates && found.value; ++i) {
        for (auto& unit : drawn) unit = units[random.below(units.size())];
        if (auto value = measure(drawn)) bootstrap.push_back(*value);
    }
    if (bootstrap.empty()) return found;
    std::sort(bootstrap.begin(), bootstrap.end());
    found.low = base::quantile_of_sorted(bootstrap, 0.025);
    found.high = base::quantile_of_sorted(bootstrap, 0.975);
    return found;
}

// The mean likeness of answers to different records.
double PairedAnswers::by_chance() const {
    std::vector<const std::string*> values;
    std::vector<std::size_t> of;
    for (std::size_t i = 0; i < records_.size(); ++i)
        for (const auto& answer : records_[i].answers) {
            if (records_[i].answers.size() < 2) continue;
            values.push_back(&answer.value);
            of.push_back(i);
        }
    double sum = 0;
    std::size_t pairs = 0;
    auto compare = [&](std::size_t a, std::size_t b) {
        sum += type_.likeness(question_, *values[a], *values[b]);
        ++pairs;
    };
    auto n = values.size();
    if (n * (n - 1) / 2 <= most_chance_pairs) {
        for (std::size_t a = 0; a < n; ++a)
            for (std::size_t b = a + 1; b < n; ++b) compare(a, b);
    } else {
        base::Random random(1);
        while (pairs < most_chance_pairs) {
            auto a = random.below(n), b = random.below(n);
            if (a != b) compare(a, b);
        }
    }
    return pairs > 0 ? sum / static_cast<double>(pairs) : 1;
}

Agreement PairedAnswers::agreement(std::string_view metric, std::size_t replicates) const {
    auto units = shared();
    // By record: the sum over its pairs, and how many ratings it has.
    std::vector<double> mean(records_.size());
    for (auto unit : units) {
        const auto& answers = records_[unit].answers;
        double sum = 0;
        std::size_t pairs = 0;
        for (std::size_t a = 0; a < answers.size(); ++a)
            for (std::size_t b = a + 1; b < answers.size(); ++b, ++pairs)
                sum += type_.likeness(question_, answers[a].value, answers[b].value);
        mean[unit] = sum / static_cast<double>(pairs);
    }
    bool corrected = metric == "alpha";
    double chance = corrected ? by_chance() : 0;
    auto measure = [&](const std::vector<std::size_t>& drawn) -> std::optional<double> {
        double sum = 0, weight = 0;
        for (auto unit : drawn) {
            // Alpha weighs a unit by its ratings.
            double ratings = corrected ? static_cast<double>(records_[unit].answers.size()) : 1;
            sum += ratings * mean[unit];
            weight += ratings;
        }
        if (!corrected) return sum / weight;
        if (chance >= 1) return std::nullopt;
        return 1 - (1 - sum / weight) / (1 - chance);
    };
    return interval(measure, units, replicates);
}

// Likeness of each pair of a record's answers, by record: n x n.
std::vector<std::vector<double>> PairedAnswers::alike() const {
    std::vector<std::vector<double>> tables(records_.size());
    for (std::size_t r = 0; r < records_.size(); ++r) {
        const auto& answers = records_[r].answers;
        auto n = answers.size();
        tables[r].assign(n * n, 1.0);
        for (std::size_t a = 0; a < n; ++a)
            for (std::size_t b = a + 1; b < n; ++b)
                tables[r][a * n + b] = tables[r][b * n + a] =
                    type_.likeness(question_, answers[a].value, answers[b].value);
    }
    return tables;
}

PairedAnswers::Middle
PairedAnswers::middle(const Record& record, const Table& alike, const std::vector<double>& trust) {
    Middle found;
    double weight = 0, most = -1;
    auto n = record.answers.size();
    for (const auto& answer : record.answers) weight += trust[answer.person];
    for (std::size_t a = 0; a < n; ++a) {
        double sum = 0;
        for (std::size_t b = 0; b < n; ++b)
            sum += trust[record.answers[b].person] * alike[a * n + b];
        if (sum <= most + 1e-12) continue;
        most = sum;
        found.answer = a;
    }
    found.sure = weight > 0 ? most / weight : 1;
    return found;
}

// How much a person's answers are like what was found true; somebody with few is taken for
// middling.
std::vector<double>
PairedAnswers::trust(const std::vector<Table>& alike, const std::vector<Middle>& found) const {
    std::vector<double> like(people_.size(), 1.0), given(people_.size(), 2.0);
    for (std::size_t r = 0; r < records_.size(); ++r) {
        const auto& answers = records_[r].answers;
        auto n = answers.size();
        if (n < 2) continue;
        for (std::size_t a = 0; a < n; ++a) {
            like[answers[a].person] += alike[r][found[r].answer * n + a];
            given[answers[a].person] += 1;
        }
    }
    for (std::size_t p = 0; p < like.size(); ++p) like[p] /= given[p];
    return like;
}

Inferred PairedAnswers::infer(const Merging& merging) const {
    auto method = merging.method;
    if (merging.trust || method == Method::automatic) method = Method::wawa;
    auto tables = alike();
    std::vector<double> trusted(people_.size(), 1.0);
    if (merging.trust)
        for (std::size_t p = 0; p < people_.size(); ++p)
            trusted[p] = trust_in(*merging.trust, people_[p]);
    std::vector<Middle> found(records_.size());
    for (int round = 0; round < most_rounds; ++round) {
        bool moved = round == 0;
        for (std::size_t r = 0; r < records_.size(); ++r) {
            auto next = middle(records_[r], tables[r], trusted);
            moved = moved || next.answer != found[r].answer;
            found[r] = next;
        }
        if (!moved) break;
        if (method == Method::mv || merging.trust) break;
        trusted = trust(tables, found);
    }
    Inferred result{.method = method};
    for (std::size_t r = 0; r < records_.size(); ++r)
        result.labels.push_back(
            {.key = records_[r].key,
             .value = records_[r].answers[found[r].answer].value,
             .probability = found[r].sure}
        );
    auto estimated = trust(tables, found);
    for (std::size_t p = 0; p < people_.size(); ++p)
        result.worker_accuracy.emplace_back(people_[p], estimated[p]);
    judge(result, merging.gold);
    return result;
}

void PairedAnswers::judge(Inferred& inferred, const Gold& gold) const {
    double sum = 0;
    for (const auto& label : inferred.labels) {
        auto known = gold.find(label.key);
        if (known == gold.end()) continue;
        sum += type_.likeness(question_, label.value, known->second);
        ++inferred.judged;
    }
    if (inferred.judged > 0) inferred.accuracy = sum / static_cast<double>(inferred.judged);
}

}  // namespace labeling
