#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace training {

enum class Part : std::uint8_t { training, validation, test, left_out };

// One row to be put into a part.
struct Member {
    std::uint64_t id = 0;            // stable over time, unique: a hash of source and key
    std::uint64_t group = 0;         // hash of its group (a user, a site); 0: none
    std::uint64_t content = 0;       // hash of its content; 0: none
    std::uint64_t simhash = 0;       // 64-bit SimHash of its text; 0: none
    std::int64_t time = 0;           // any unit; read by a time split only
    std::optional<Part> fixed = {};  // read by a fixed split only
    // Clusters of duplicates that were found before, one per way of finding them; 0: none.
    std::array<std::uint64_t, 4> duplicates{};
    std::uint32_t stratum = 0;  // its class; read if the split has strata
    // In the place of a class: all that it has, by number. Read as the stratum is.
    std::vector<std::uint32_t> labels = {};
    std::optional<Part> kept =
        {};              // the side that an earlier snapshot has it on; read by hash only
    int kept_fold = -1;  // likewise; -1: none
};

// What is said of rows, by their places: no memory until it is said of one, and none for those
// after the last.
template <typename T>
class Column {
public:
    explicit Column(T none = {}) : none_(std::move(none)) {}

    const T& operator[](std::size_t row) const {
        return row < values_.size() ? values_[row] : none_;
    }
    void set(std::size_t row, T value) {
        if (row >= values_.size()) {
            if (value == none_) return;
            values_.resize(row + 1, none_);
        }
        values_[row] = std::move(value);
    }
    bool empty() const { return values_.empty(); }
    void clear() { values_ = {}; }

private:
    T none_;
    std::deque<T> values_;
};

// Members as columns: there may be tens of millions, and most is said of few or of none.
struct Members {
    Members() = default;
    Members(const std::vector<Member>& all) {
        for (const auto& one : all) add(one);
    }

    std::size_t size() const { return count_; }
    void add(const Member& one) { put(count_++, one); }
    // Those at whose places `left` says nothing, one after the other.
    Members without(const std::vector<bool>& left) const;

    Column<std::uint64_t> id, group, content, simhash;
    Column<std::int64_t> time;
    Column<std::optional<Part>> fixed;
    std::array<Column<std::uint64_t>, 4> duplicates;
    Column<std::uint32_t> stratum;
    Column<std::vector<std::uint32_t>> labels;
    Column<std::optional<Part>> kept;
    Column<int> kept_fold{-1};

private:
    void put(std::size_t row, const Member& one);

    std::size_t count_ = 0;
};

}  // namespace training
