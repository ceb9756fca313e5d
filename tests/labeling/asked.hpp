#pragma once

#include <optional>
#include <string>
#include <utility>

#include "labeling/tasks/task_type.hpp"

namespace test {

// A record that is asked about, in memory.
class Asked : public labeling::AskedRecord {
public:
    explicit Asked(
        std::string body = "",
        std::string fields = "{}",
        std::optional<Size> size = std::nullopt,
        std::optional<Recording> recording = std::nullopt
    )
        : body_(std::move(body)), fields_(std::move(fields)), size_(size), recording_(recording) {}

    std::string text() const override { return body_; }
    std::optional<Size> picture() const override { return size_; }
    std::optional<Recording> recording() const override { return recording_; }
    base::JsonText payload() const override { return {fields_}; }

private:
    std::string body_, fields_;
    std::optional<Size> size_;
    std::optional<Recording> recording_;
};

}  // namespace test
