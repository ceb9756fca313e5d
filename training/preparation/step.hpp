#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <numeric>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "base/numbers/random.hpp"
#include "formats/image/image.hpp"
#include "training/snapshots/examples.hpp"

namespace training {

// One operation of a preparation.
struct Step {
    virtual ~Step() = default;
    // Learns from the rows given; a step that learns nothing still fixes the columns it works on.
    virtual void fit(const Examples&) {}
    // Changes the rows; returns how many values it changed.
    virtual std::size_t apply(Examples&) const { return 0; }
    // What was fitted.
    virtual boost::json::object fitted() const { return {}; }
    virtual void load(const boost::json::object&) {}
    // The size of pictures that it makes; 0: as they are.
    virtual formats::PictureShape pictures() const { return {0, 0, 0}; }
    // Altered copies per training row, 0 for steps that are no augmentation.
    virtual std::size_t copies() const { return 0; }
    virtual void alter(Examples&, std::size_t /*row*/, const base::CounterRandom&) const {}
    // Rows that are copied instead, each as often as it is listed. `so_far`: those that there are
    // by now, the rows themselves and what was copied of them before; `seed` of the training.
    virtual std::vector<std::size_t> chosen(
        const Examples& rows,
        std::span<const std::size_t> /*so_far*/,
        std::uint64_t /*seed*/
    ) const {
        std::vector<std::size_t> all(rows.rows);
        std::iota(all.begin(), all.end(), std::size_t{0});
        return all;
    }

    boost::json::object operation;  // as written
};

// The settings of an operation. Throws base::UsageError for a wrong type, a missing one, and in
// done() for unknown ones.
class Settings {
public:
    Settings(const boost::json::object& operation, std::string place)
        : operation_(operation), place_(std::move(place)) {
        used_.insert("op");
    }
    std::string text(const char* name, std::string otherwise = {});
    double number(const char* name, double otherwise);
    std::vector<double> numbers(const char* name);
    std::vector<std::string> texts(const char* name);
    bool has(const char* name) const { return operation_.contains(name); }
    const boost::json::value* value(const char* name);
    [[noreturn]] void fail(const std::string& why, const std::string& mend) const;
    void done() const;

private:
    const boost::json::object& operation_;
    std::string place_;
    std::set<std::string, std::less<>> used_;
};

// What records must have that a step works on.
enum class StepNeeds { nothing, texts, pictures };

// An operation that recipes can name. A new one is a row of its family.
struct StepKind {
    std::string_view op;
    std::string_view settings;  // their names, as the reference shows them
    std::string_view meaning;
    std::unique_ptr<Step> (*make)(Settings& settings);
    StepNeeds needs = StepNeeds::nothing;
};

// The `make` of a step that its settings make.
template <typename S>
std::unique_ptr<Step> made(Settings& settings) {
    return std::make_unique<S>(settings);
}

std::span<const StepKind> text_steps();
std::span<const StepKind> number_steps();
std::span<const StepKind> column_steps();
std::span<const StepKind> category_steps();
std::span<const StepKind> picture_steps();
std::span<const StepKind> augment_steps();
std::span<const StepKind> class_steps();

}  // namespace training
