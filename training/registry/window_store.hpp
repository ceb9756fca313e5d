#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <boost/describe/class.hpp>

#include "schema/records/record.hpp"

namespace base {
class Tx;
}

// What models were asked and answered, by the hour. Profiles are JSON that this module does not
// read.
namespace training {

struct ModelWindow {
    base::Time started_at{};
    std::int64_t predictions = 0, abstained = 0, unknown = 0;
    std::string profile;
    bool told = false;
};
BOOST_DESCRIBE_STRUCT(ModelWindow, (), (started_at, predictions, abstained, unknown, profile, told))

struct ModelReference {
    std::int64_t predictions = 0, abstained = 0;
    std::string profile;
};
BOOST_DESCRIBE_STRUCT(ModelReference, (), (predictions, abstained, profile))

// The window that holds a time, locked until the transaction ends; empty if nothing was noted yet,
// nothing if there is no such model.
std::optional<ModelWindow>
lock_window(base::Tx& tx, const std::string& name, int version, base::Time started_at);
void put_window(base::Tx& tx, const std::string& name, int version, const ModelWindow& window);
// Those that started since, the oldest first.
std::vector<ModelWindow>
windows_since(base::Tx& tx, const std::string& name, int version, base::Time since);

std::optional<ModelReference> reference_of(base::Tx& tx, const std::string& name, int version);
void put_reference(
    base::Tx& tx,
    const std::string& name,
    int version,
    const ModelReference& reference
);

}  // namespace training
