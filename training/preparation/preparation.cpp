// A recipe is JSON and stays JSON: each operation is read into a Step to check it, to fit it and to
// load it again, by the same make_step(), so that a recipe that was accepted can always be run.
//
// Each step is fitted to what those before it left, on training rows only. Augmentation is the
// exception among them: it makes new rows, so apply() passes over it, or predictions would come
// with copies; it is fitted to what all others left, for that is what it alters. A copy is drawn
// from seed, record and step alone; the same record is altered alike in every run.
#include "training/preparation/preparation.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <span>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/error.hpp"
#include "base/words.hpp"
#include "training/preparation/step.hpp"

namespace training {

namespace json = boost::json;

namespace {

// Done where records are read: it needs what was decided about each.
constexpr std::string_view fixes = "accepted_fixes";

constexpr std::array fix_steps{StepKind{
    fixes,
    "",
    "numbers and categories that were accepted with `quality errors --accept` in the place of the "
    "wrong ones, for the version they were found in",
    [](Settings&) { return std::make_unique<Step>(); }}};

struct Family {
    std::string_view title;
    std::span<const StepKind> kinds;
};

std::array<Family, 8> families() {
    return {
        {{"Texts", text_steps()},
         {"Numbers", number_steps()},
         {"Columns", column_steps()},
         {"Categories", category_steps()},
         {"Pictures", picture_steps()},
         {"Accepted fixes", fix_steps},
         {"Augmentation, of training rows only", augment_steps()},
         {"Rare classes, of training rows only", class_steps()}}};
}

const StepKind& kind_of(std::string_view op, const std::string& place) {
    std::vector<std::string_view> names;
    for (const auto& family : families())
        for (const auto& kind : family.kinds) {
            if (kind.op == op) return kind;
            names.push_back(kind.op);
        }
    throw base::UsageError(
        place, fmt::format("there is no '{}'", op), "use " + base::one_of(names)
    );
}

std::unique_ptr<Step> make_step(const json::object& operation, std::size_t number) {
    auto place = fmt::format("operation {}", number);
    const auto* op = operation.if_contains("op");
    if (!op || !op->is_string())
        throw base::UsageError(
            place, "has no 'op'", "say which operation it is; see docs/preparing.md"
        );
    std::string name(op->get_string());
    Settings settings(operation, fmt::format("{} ({})", place, name));
    auto step = kind_of(name, place).make(settings);
    settings.done();
    step->operation = operation;
    return step;
}

json::object object_of(const std::string& text) {
    return json::parse(text).as_object();
}

StepNeeds needs_of(const json::object& operation) {
    return kind_of(std::string_view(operation.at("op").as_string()), "preparation").needs;
}

// A step whose rows have nothing that it could change would pass in silence.
void check_needs(const Step& step, const Examples& train) {
    const auto needs = needs_of(step.operation);
    const bool lacks = (needs == StepNeeds::texts && train.text.empty()) ||
                       (needs == StepNeeds::pictures && train.pixel_count == 0);
    if (!lacks || train.rows == 0) return;
    throw base::Error(
        "preparation",
        fmt::format(
            "'{}' works on {}, and the records have none",
            std::string(step.operation.at("op").as_string()),
            needs == StepNeeds::texts ? "texts" : "pictures"
        ),
        "leave it out: 'tilth prepare undo'"
    );
}

}  // namespace

std::string preparation_reference() {
    std::string page =
        "# Operations of a preparation\n\nMade by `tilth reference preparation`. Each is a table "
        "`[[operation]]` of a recipe ([preparing.md](../preparing.md)).\n";
    for (const auto& family : families()) {
        page += fmt::format("\n## {}\n\n| op | settings | |\n|---|---|---|\n", family.title);
        for (const auto& kind : family.kinds)
            page += fmt::format("| `{}` | {} | {} |\n", kind.op, kind.settings, kind.meaning);
    }
    return page;
}

void Settings::fail(const std::string& why, const std::string& mend) const {
    throw base::UsageError(place_, why, mend);
}

const json::value* Settings::value(const char* name) {
    used_.insert(name);
    return operation_.if_contains(name);
}

std::string Settings::text(const char* name, std::string otherwise) {
    const auto* found = value(name);
    if (!found) return otherwise;
    if (!found->is_string()) fail(fmt::format("'{}' is no text", name), "put it in quotes");
    return std::string(found->get_string());
}

double Settings::number(const char* name, double otherwise) {
    const auto* found = value(name);
    if (!found) return otherwise;
    if (!found->is_number()) fail(fmt::format("'{}' is no number", name), "give a number");
    return found->to_number<double>();
}

std::vector<double> Settings::numbers(const char* name) {
    std::vector<double> list;
    const auto* found = value(name);
    if (!found) return list;
    if (!found->is_array()) fail(fmt::format("'{}' is no list", name), "give a list of numbers");
    for (const auto& one : found->get_array()) {
        if (!one.is_number())
            fail(fmt::format("'{}' holds what is no number", name), "give a list of numbers");
        list.push_back(one.to_number<double>());
    }
    return list;
}

std::vector<std::string> Settings::texts(const char* name) {
    std::vector<std::string> list;
    const auto* found = value(name);
    if (!found) return list;
    if (!found->is_array()) fail(fmt::format("'{}' is no list", name), "give a list of names");
    for (const auto& one : found->get_array()) {
        if (!one.is_string())
            fail(fmt::format("'{}' holds what is no text", name), "give a list of names");
        list.emplace_back(one.get_string());
    }
    return list;
}

void Settings::done() const {
    for (const auto& item : operation_)
        if (!used_.contains(std::string_view(item.key())))
            fail(
                fmt::format("has no setting '{}'", std::string(item.key())), "see docs/preparing.md"
            );
}

bool FittedPreparation::uses_fixes() const {
    return std::any_of(steps_.begin(), steps_.end(), [](const auto& step) {
        return step->operation.at("op") == json::value(fixes);
    });
}

bool FittedPreparation::sees_pictures() const {
    return std::any_of(steps_.begin(), steps_.end(), [](const auto& step) {
        return needs_of(step->operation) == StepNeeds::pictures;
    });
}

formats::PictureShape FittedPreparation::pictures() const {
    for (const auto& step : steps_)
        if (const auto shape = step->pictures(); shape.width > 0) return shape;
    return {0, 0, 0};
}

formats::PictureShape Preparation::pictures() const {
    for (std::size_t i = 0; i < operations_.size(); ++i)
        if (const auto shape = make_step(object_of(operations_[i]), i + 1)->pictures();
            shape.width > 0)
            return shape;
    return {0, 0, 0};
}

bool Preparation::sees_pictures() const {
    return std::any_of(operations_.begin(), operations_.end(), [](const auto& operation) {
        return needs_of(object_of(operation)) == StepNeeds::pictures;
    });
}

bool Preparation::uses_fixes() const {
    return std::any_of(operations_.begin(), operations_.end(), [](const auto& operation) {
        return object_of(operation).at("op") == json::value(fixes);
    });
}

Examples FittedPreparation::apply(Examples examples, std::vector<std::size_t>* changed) const {
    if (changed) changed->clear();
    for (const auto& step : steps_) {
        auto values = step->copies() > 0 ? 0 : step->apply(examples);
        if (changed) changed->push_back(values);
    }
    return examples;
}

Examples FittedPreparation::augment(const Examples& examples, std::uint64_t seed) const {
    std::vector<std::size_t> rows(examples.rows);
    std::iota(rows.begin(), rows.end(), std::size_t{0});
    struct Copy {
        std::size_t step, number, first;  // and its first row
    };
    std::vector<Copy> copies;
    for (std::size_t i = 0; i < steps_.size(); ++i)
        for (std::size_t copy = 0; copy < steps_[i]->copies(); ++copy) {
            copies.push_back({i, copy, rows.size()});
            const auto chosen = steps_[i]->chosen(examples, rows, seed);
            rows.insert(rows.end(), chosen.begin(), chosen.end());
        }
    if (copies.empty()) return examples;
    auto all = take(examples, rows);
    for (std::size_t c = 0; c < copies.size(); ++c) {
        const auto end = c + 1 < copies.size() ? copies[c + 1].first : rows.size();
        std::vector<std::size_t> times(examples.rows);  // of a row that is copied more than once
        for (auto at = copies[c].first; at < end; ++at) {
            const auto row = rows[at];
            auto key = examples.keys.empty() ? row : static_cast<std::uint64_t>(examples.keys[row]);
            base::CounterRandom random(
                seed ^ base::mix(key),
                copies[c].step * 1000 + copies[c].number + 1'000'000 * times[row]++
            );
            steps_[copies[c].step]->alter(all, at, random);
        }
    }
    return all;
}

std::string FittedPreparation::json() const {
    json::array all;
    for (const auto& step : steps_)
        all.push_back(json::object{{"operation", step->operation}, {"fitted", step->fitted()}});
    return json::serialize(all);
}

FittedPreparation FittedPreparation::load(std::string_view text) {
    FittedPreparation prepared;
    boost::system::error_code error;
    auto parsed = json::parse(text, error);
    if (error || !parsed.is_array())
        throw base::Error("fitted preparation", "cannot be read", "train the model again");
    for (const auto& one : parsed.get_array()) {
        const auto& object = one.as_object();
        std::shared_ptr<Step> step =
            make_step(object.at("operation").as_object(), prepared.steps_.size() + 1);
        step->load(object.at("fitted").as_object());
        prepared.steps_.push_back(std::move(step));
    }
    return prepared;
}

Preparation Preparation::parse(std::string_view text) {
    Preparation recipe;
    boost::system::error_code error;
    auto parsed = json::parse(text, error);
    if (error || !parsed.is_array())
        throw base::UsageError("preparation", "is no list of operations", "see docs/preparing.md");
    for (const auto& one : parsed.get_array()) {
        auto number = recipe.operations_.size() + 1;
        if (!one.is_object())
            throw base::UsageError(
                fmt::format("operation {}", number), "is no table", "see docs/preparing.md"
            );
        make_step(one.get_object(), number);
        recipe.operations_.push_back(json::serialize(one));
    }
    return recipe;
}

FittedPreparation Preparation::fit(const Examples& train) const {
    FittedPreparation prepared;
    std::vector<std::shared_ptr<Step>> augmentations;
    Examples rows = train;
    for (const auto& operation : operations_) {
        std::shared_ptr<Step> step = make_step(object_of(operation), prepared.steps_.size() + 1);
        check_needs(*step, rows);
        if (step->copies() == 0) {
            step->fit(rows);
            step->apply(rows);
        } else {
            augmentations.push_back(step);
        }
        prepared.steps_.push_back(std::move(step));
    }
    for (const auto& step : augmentations) step->fit(rows);
    return prepared;
}

Preparation Preparation::without_column(const std::string& name) const {
    Preparation recipe;
    for (const auto& text : operations_) {
        auto operation = object_of(text);
        if (auto* columns = operation.if_contains("columns"); columns && columns->is_array()) {
            json::array kept;
            for (const auto& column : columns->get_array())
                if (column != json::value(name)) kept.push_back(column);
            bool none = kept.empty();
            *columns = std::move(kept);
            if (none) continue;
        }
        recipe.operations_.push_back(json::serialize(operation));
    }
    return recipe;
}

}  // namespace training
