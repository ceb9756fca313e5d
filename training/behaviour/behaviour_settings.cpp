#include "base/settings/settings.hpp"
#include "training/behaviour/behaviour.hpp"

namespace training {

namespace {

// What no model could be tested by.
std::optional<base::Fault> check_test(BehaviourTest& test) {
    using enum TestKind;
    const bool compares = test.kind == invariance || test.kind == direction;
    if (test.name.empty()) return base::Fault{"must not be empty", "name the test", "name"};
    if (compares && test.change == TestChange::none)
        return base::Fault{"says nothing of what is changed", "give change", "change"};
    if (!compares && test.change != TestChange::none)
        return base::Fault{"is of invariance and direction only", "leave it out", "change"};
    if (test.change == TestChange::names && test.names.size() < 2)
        return base::Fault{"must be two words at least", "list names", "names"};
    if (test.change == TestChange::field && test.field.empty())
        return base::Fault{"must be there", "name the column", "field"};
    if (test.change == TestChange::field && test.to.empty() == !test.by)
        return base::Fault{"or 'by' must be there, one of them", "give one", "to"};
    if (test.kind == minimum && test.inputs.empty() && test.where.empty())
        return base::Fault{"must be there", "give inputs, or where", "inputs"};
    if (test.kind == minimum && test.expect.empty() && !test.at_least && !test.at_most)
        return base::Fault{
            "says nothing of what is expected", "give a class, or a range", "expect"};
    if (test.kind == floor && !test.at_least && !test.at_most)
        return base::Fault{"or 'at_most' must be there", "give one", "at_least"};
    if (test.kind == calibration && !test.at_most)
        return base::Fault{"must be there", "give the largest error", "at_most"};
    if ((test.kind == floor || test.kind == calibration) && !test.inputs.empty())
        return base::Fault{"have no labels", "leave them out: test records are judged", "inputs"};
    return std::nullopt;
}

}  // namespace

const base::Settings<BehaviourTest> BehaviourTest::settings{
    {{"name", &BehaviourTest::name, "what is told of it", {.required = true}},
     {"kind", &BehaviourTest::kind, "what is tested"},
     {"inputs", &BehaviourTest::inputs, "objects as for `model predict`; test records without"},
     {"where", &BehaviourTest::where, "only test records that this condition holds for"},
     {"sample", &BehaviourTest::sample, "so many test records at most", {.low = 1}},
     {"expect", &BehaviourTest::expect, "minimum: the class"},
     {"of", &BehaviourTest::of, "direction: the class whose probability moves"},
     {"at_least", &BehaviourTest::at_least, "of the probability, the value or the figure"},
     {"at_most", &BehaviourTest::at_most, "of the probability, the value or the figure"},
     {"change", &BehaviourTest::change, "invariance, direction: of the inputs"},
     {"names", &BehaviourTest::names, "words that are changed for each other"},
     {"field", &BehaviourTest::field, "the column that is changed"},
     {"to", &BehaviourTest::to, "what it becomes", {.scalars = true}},
     {"by", &BehaviourTest::by, "what is added to it"},
     {"tolerance",
      &BehaviourTest::tolerance,
      "invariance: how far the probability, or the value, may move",
      {.low = 0}},
     {"moves", &BehaviourTest::moves, "direction: which way"},
     {"share", &BehaviourTest::share, "of the rows that must do so", {.low = 0, .high = 1}},
     {"figure", &BehaviourTest::figure, "floor: what is measured"},
     {"milliseconds", &BehaviourTest::milliseconds, "latency: at most", {.low = 0}},
     {"predictions",
      &BehaviourTest::predictions,
      "latency: so many, one by one",
      {.low = 10, .high = 100'000}}},
    &check_test};

}  // namespace training
