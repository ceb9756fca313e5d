// The label model against votes of which it is known how they were made.
#include "labeling/rules/label_model.hpp"

#include <map>

#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "base/numbers/random.hpp"
#include "base/run/stopping.hpp"

namespace {

using labeling::LabelModel;
using labeling::RuleVotes;

struct MadeRule {
    std::uint32_t label;
    double right, wrong;  // how often it votes on records of its class, and of others
};

struct MadeVotes {
    RuleVotes votes;
    std::vector<std::pair<std::vector<std::uint32_t>, std::uint32_t>> records;  // with their class
    std::vector<double> accuracy;  // of the rules, as it came out
};

// `copies`: the last rule so many times more.
MadeVotes make_votes(
    const std::vector<MadeRule>& rules,
    const std::vector<double>& balance,
    int records,
    int copies = 0
) {
    MadeVotes made;
    base::Random random(7);
    made.votes.classes = balance.size();
    for (const auto& rule : rules) made.votes.votes.push_back(rule.label);
    for (int i = 0; i < copies; ++i) made.votes.votes.push_back(rules.back().label);
    std::map<std::vector<std::uint32_t>, std::int64_t> patterns;
    std::vector<double> voted(rules.size()), right(rules.size());
    for (int i = 0; i < records; ++i) {
        auto at = random.uniform();
        std::uint32_t truth = 0;
        while (truth + 1 < balance.size() && at >= balance[truth]) at -= balance[truth++];
        std::vector<std::uint32_t> said;
        for (std::size_t r = 0; r < rules.size(); ++r) {
            bool own = rules[r].label == truth;
            if (random.uniform() >= (own ? rules[r].right : rules[r].wrong)) continue;
            said.push_back(static_cast<std::uint32_t>(r));
            voted[r] += 1;
            right[r] += own ? 1 : 0;
        }
        if (!said.empty() && said.back() + 1 == rules.size())
            for (int c = 0; c < copies; ++c) said.push_back(said.back() + 1);
        if (said.empty()) {
            ++made.votes.silent;
            continue;
        }
        ++patterns[said];
        made.records.emplace_back(std::move(said), truth);
    }
    for (const auto& [said, n] : patterns)
        made.votes.patterns.push_back({.rules = said, .records = n});
    for (std::size_t r = 0; r < rules.size(); ++r) made.accuracy.push_back(right[r] / voted[r]);
    return made;
}

struct HowRight {
    double model = 0, majority = 0;
};

HowRight judge(const MadeVotes& made, const LabelModel& model) {
    HowRight right;
    for (const auto& [said, truth] : made.records) {
        right.model += labeling::label_by_model(model, made.votes, said).label == truth ? 1 : 0;
        right.majority +=
            labeling::label_by_majority(made.votes, said, made.votes.balance).label == truth ? 1
                                                                                             : 0;
    }
    auto n = static_cast<double>(made.records.size());
    return {right.model / n, right.majority / n};
}

const std::vector<MadeRule> good_and_bad{
    {0, 0.5, 0.05},
    {0, 0.4, 0.25},
    {0, 0.45, 0.3},
    {1, 0.6, 0.03},
    {1, 0.5, 0.05},
    {1, 0.4, 0.06},
};

}  // namespace

TEST_CASE("accuracies are found from the votes alone", "[labeling][rules]") {
    auto made = make_votes(good_and_bad, {0.4, 0.6}, 20'000);
    made.votes.balance = {0.4, 0.6};
    auto model = labeling::fit_label_model(made.votes);
    for (std::size_t r = 0; r < good_and_bad.size(); ++r) {
        INFO("rule " << r << " weight " << model.weight[r]);
        CHECK(model.accuracy[r] == Approx(made.accuracy[r]).margin(0.06));
        CHECK(model.weight[r] > 0.85);
    }
    auto right = judge(made, model);
    INFO("model " << right.model << ", majority " << right.majority);
    CHECK(right.model > right.majority + 0.01);
}

TEST_CASE("the balance is estimated where nobody knows it", "[labeling][rules]") {
    auto made = make_votes(good_and_bad, {0.4, 0.6}, 20'000);
    auto model = labeling::fit_label_model(made.votes);
    CHECK(model.balance[0] == Approx(0.4).margin(0.1));
    CHECK(model.balance[0] + model.balance[1] == Approx(1));
    auto right = judge(made, model);
    CHECK(right.model >= right.majority);
}

TEST_CASE("copies of a rule count as one", "[labeling][rules]") {
    std::vector<MadeRule> rules = good_and_bad;
    rules.push_back({0, 0.3, 0.2});  // poor, and then six of it
    auto alone = make_votes(rules, {0.4, 0.6}, 20'000);
    auto copied = make_votes(rules, {0.4, 0.6}, 20'000, 5);
    alone.votes.balance = copied.votes.balance = {0.4, 0.6};
    auto one = labeling::fit_label_model(alone.votes);
    auto six = labeling::fit_label_model(copied.votes);
    for (std::size_t r = 6; r < 12; ++r) CHECK(six.weight[r] == Approx(1.0 / 6).margin(0.02));
    for (std::size_t r = 0; r < 7; ++r) {
        INFO("rule " << r);
        CHECK(six.accuracy[r] == Approx(one.accuracy[r]).margin(0.02));
    }
    CHECK(judge(copied, six).model == Approx(judge(alone, one).model).margin(0.005));
    CHECK(judge(copied, six).model > judge(copied, six).majority + 0.05);

    // Nothing but two copies, on every record: they tell nothing.
    RuleVotes all{
        .classes = 2,
        .votes = {0, 0},
        .patterns = {{.rules = {0, 1}, .records = 50}},
        .balance = {0.5, 0.5}};
    auto both = labeling::fit_label_model(all);
    CHECK(both.weight == std::vector<double>{0.5, 0.5});
    CHECK(labeling::label_by_model(both, all, {0, 1}).probability == Approx(0.5).margin(0.02));
}

TEST_CASE("one rule is believed, and no vote is no evidence", "[labeling][rules]") {
    RuleVotes votes{
        .classes = 2, .votes = {1}, .patterns = {{.rules = {0}, .records = 100}}, .silent = 900};
    auto model = labeling::fit_label_model(votes);
    CHECK(model.accuracy[0] == Approx(0.8).margin(0.01));
    auto label = labeling::label_by_model(model, votes, {0});
    CHECK(label.label == 1);
    CHECK(label.probability == Approx(0.8).margin(0.01));
    votes.patterns.clear();
    votes.silent = 1000;
    auto silent = labeling::fit_label_model(votes);
    CHECK(silent.accuracy[0] == Approx(0.8));
    CHECK(silent.balance[0] == Approx(0.5).margin(0.001));
}

TEST_CASE("what is known of records teaches the model", "[labeling][rules]") {
    RuleVotes votes{
        .classes = 2, .votes = {0, 1}, .patterns = {}, .silent = 800, .balance = {0.5, 0.5}};
    votes.patterns = {
        {.rules = {0}, .records = 100, .known = {{0, 10}, {1, 90}}},  // it is mostly wrong
        {.rules = {0, 1}, .records = 40},
        {.rules = {1}, .records = 100, .known = {{1, 95}, {0, 5}}}};
    auto model = labeling::fit_label_model(votes);
    CHECK(model.accuracy[0] < 0.2);
    CHECK(model.accuracy[1] > 0.9);
    CHECK(labeling::label_by_model(model, votes, {0, 1}).label == 1);
    CHECK(labeling::fit_label_model(votes, false).accuracy[0] > 0.5);
}

TEST_CASE("hundreds of classes and rules take no long time", "[labeling][rules]") {
    std::vector<MadeRule> rules;
    for (std::uint32_t c = 0; c < 200; ++c) {
        rules.push_back({c, 0.8, 0.002});
        rules.push_back({c, 0.6, 0.004});
    }
    auto made = make_votes(rules, std::vector<double>(200, 0.005), 5'000);
    auto model = labeling::fit_label_model(made.votes);
    CHECK(model.rounds <= 200);
    auto right = judge(made, model);
    INFO("model " << right.model << ", majority " << right.majority);
    CHECK(right.model > 0.7);
    CHECK(right.model >= right.majority);
}

TEST_CASE("the label model stops when it is asked to", "[labeling][rules]") {
    auto made = make_votes({{0, 0.6, 0.1}, {1, 0.6, 0.1}}, {0.5, 0.5}, 100);
    std::stop_source stop;
    const base::Stopping stopping(stop.get_token());
    CHECK_NOTHROW(labeling::fit_label_model(made.votes));
    stop.request_stop();
    CHECK_THROWS_AS(labeling::fit_label_model(made.votes), base::Interrupted);
}
