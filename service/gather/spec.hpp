#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/error.hpp"

namespace app {

namespace json = boost::json;

// A source's settings with their types. What is absent keeps its default.
class Spec {
public:
    explicit Spec(const std::string& text)
        : value_(json::parse(text)), object_(value_.as_object()) {}

    bool has(std::string_view key) const { return object_.contains(key); }
    // Null if it is absent.
    const json::value* find(std::string_view key) const { return object_.if_contains(key); }
    std::string text(std::string_view key, std::string otherwise = {}) const {
        const auto* found = object_.if_contains(key);
        if (!found) return otherwise;
        if (!found->is_string()) wrong(key, "a string");
        return std::string(found->as_string());
    }
    std::int64_t number(std::string_view key, std::int64_t otherwise) const {
        const auto* found = object_.if_contains(key);
        if (!found) return otherwise;
        boost::system::error_code error;
        auto value = found->to_number<std::int64_t>(error);
        if (error || value < 0) wrong(key, "a whole number that is not negative");
        return value;
    }
    double share(std::string_view key, double otherwise) const {
        const auto* found = object_.if_contains(key);
        if (!found) return otherwise;
        boost::system::error_code error;
        auto value = found->to_number<double>(error);
        if (error || !(value >= 0 && value <= 1)) wrong(key, "a share between 0 and 1");
        return value;
    }
    bool truth(std::string_view key, bool otherwise) const {
        const auto* found = object_.if_contains(key);
        if (!found) return otherwise;
        if (!found->is_bool()) wrong(key, "true or false");
        return found->as_bool();
    }
    std::vector<std::string> texts(std::string_view key) const {
        std::vector<std::string> all;
        const auto* found = object_.if_contains(key);
        if (!found) return all;
        if (found->is_string()) return {std::string(found->as_string())};
        if (!found->is_array()) wrong(key, "a list of strings");
        for (const auto& item : found->as_array()) {
            if (!item.is_string()) wrong(key, "a list of strings");
            all.emplace_back(item.as_string());
        }
        return all;
    }

private:
    [[noreturn]] static void wrong(std::string_view key, std::string_view wanted) {
        throw base::UsageError(
            fmt::format("setting '{}'", key), "has a wrong value", fmt::format("give it {}", wanted)
        );
    }

    json::value value_;
    const json::object& object_;
};

}  // namespace app
