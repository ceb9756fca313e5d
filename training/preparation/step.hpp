#pragma once

#include <cstddef>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <boost/json.hpp>

#include "base/numbers/random.hpp"
#include "training/snapshots/examples.hpp"

namespace training::detail {

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
    // Altered copies per training row, 0 for steps that are no augmentation.
    virtual std::size_t copies() const { return 0; }
    virtual void alter(Examples&, std::size_t /*row*/, const base::CounterRandom&) const {}

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

// Null if the family has no operation of that name.
std::unique_ptr<Step> make_text_step(const std::string& op, Settings& settings);
std::unique_ptr<Step> make_number_step(const std::string& op, Settings& settings);
std::unique_ptr<Step> make_augment_step(const std::string& op, Settings& settings);

}  // namespace training::detail
