#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/run/spilling_arena.hpp"

namespace training {

struct TextItem {
    std::string title;
    std::string body;  // UTF-8; broken bytes count as separators
};

// A text of a column: stays as long as the column or a copy of it.
struct TextView {
    std::string_view title, body;

    TextView() = default;
    TextView(std::string_view its_title, std::string_view its_body)
        : title(its_title), body(its_body) {}
    TextView(const TextItem& item) : title(item.title), body(item.body) {}  // NOLINT: a view of it

    std::string joined() const;  // the title's line, then the body
};

// The texts of rows. Few lie in memory; of many all but the first in a file that is gone with them
// (base::SpillingArena), and memory holds 16 bytes a row and what was looked at last. Copies, and
// rows that are taken from a column, share the bytes; a text that is set anew is written once more.
//
//     examples.text.set(row, {title, body});          // different rows from different threads, too
//     for (const auto& text : examples.text) look(text.body);
class TextColumn {
public:
    TextColumn() = default;
    TextColumn(std::initializer_list<TextItem> items) {
        for (const auto& item : items) push_back(item);
    }

    std::size_t size() const { return rows_.size(); }
    bool empty() const { return rows_.empty(); }

    TextView operator[](std::size_t row) const {
        const auto& its = rows_[row];
        if (its.title + its.body == 0) return {};
        arena_->looked_at(std::size_t{its.title} + its.body);
        return {{its.at, its.title}, {its.at + its.title, its.body}};
    }

    // In bytes, without a look at it.
    std::size_t size_of(std::size_t row) const {
        return std::size_t{rows_[row].title} + rows_[row].body;
    }

    // Throw base::Error if the disk does not take a text, or if it has 4 GB or more.
    void set(std::size_t row, TextView text);
    void push_back(TextView text);

    void resize(std::size_t rows);  // those that come are empty
    void reserve(std::size_t rows) { rows_.reserve(rows); }
    void clear() { rows_.clear(); }
    void append(const TextColumn& other);  // written once more
    TextColumn take(const std::vector<std::size_t>& chosen) const;

    std::uint64_t on_disk() const { return arena_ ? arena_->on_disk() : 0; }

    class Iterator {
    public:
        using iterator_category = std::input_iterator_tag;
        using value_type = TextView;
        using difference_type = std::ptrdiff_t;
        using pointer = void;
        using reference = TextView;

        Iterator(const TextColumn* column, std::size_t row) : column_(column), row_(row) {}
        TextView operator*() const { return (*column_)[row_]; }
        Iterator& operator++() {
            ++row_;
            return *this;
        }
        bool operator==(const Iterator& other) const { return row_ == other.row_; }

    private:
        const TextColumn* column_;
        std::size_t row_;
    };
    Iterator begin() const { return {this, 0}; }
    Iterator end() const { return {this, size()}; }

private:
    struct Place {
        const char* at = nullptr;  // title and body
        std::uint32_t title = 0, body = 0;
    };

    Place written(TextView text);
    void have_arena();

    std::vector<Place> rows_;
    std::shared_ptr<base::SpillingArena> arena_;  // there where rows are
};

}  // namespace training
