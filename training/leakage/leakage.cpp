#include "training/leakage/leakage.hpp"

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/json/described.hpp"

namespace training {

namespace {

std::string reason_of(const Leakage& leakage) {
    const auto* first = leakage.stop();
    std::size_t others = 0;
    for (const auto& one : leakage.findings) others += one.gravity == Gravity::stop;
    return others > 1 ? fmt::format("{} (and {} more)", first->text, others - 1) : first->text;
}

}  // namespace

void Leakage::add(std::vector<LeakFinding> more) {
    for (auto& one : more) findings.push_back(std::move(one));
}

const LeakFinding* Leakage::stop() const {
    for (const auto& one : findings)
        if (one.gravity == Gravity::stop) return &one;
    return nullptr;
}

boost::json::object to_json(const Leakage& leakage) {
    boost::json::array list;
    for (const auto& one : leakage.findings) list.push_back(base::to_json(one));
    return {{"allowed", leakage.allowed}, {"findings", std::move(list)}};
}

LeakFound::LeakFound(const std::string& snapshot, Leakage found)
    : Error(
          fmt::format("snapshot '{}'", snapshot),
          "leak: " + reason_of(found),
          "mend it, or give the reason why it is none with --allow-leak REASON"
      ),
      leakage(std::move(found)) {}

void refuse(const std::string& snapshot, const Leakage& leakage) {
    if (leakage.stop() && leakage.allowed.empty()) throw LeakFound(snapshot, leakage);
}

}  // namespace training
