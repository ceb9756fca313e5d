#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "crawler/extract/content/blocks.hpp"
#include "formats/html/html.hpp"

namespace crawler {

// Numbers that describe a page or a block to the fitted models; always the same ones in the same
// order, by the same names.
class Row {
public:
    // Gathers the names too if there is a place for them.
    explicit Row(std::vector<std::string>* names = nullptr, std::size_t width = 0) : names_(names) {
        values_.reserve(width);
    }

    void add(std::string_view name, double value) { add(name, {}, value); }
    void add(std::string_view name, std::string_view rest, double value) {
        values_.push_back(static_cast<float>(value));
        if (names_) note(name, rest);
    }
    // A number for each bit that is wanted.
    template <typename Names>
    void add_bits(
        std::string_view prefix,
        std::uint32_t bits,
        const Names& names,
        std::uint32_t wanted = ~std::uint32_t{0}
    ) {
        for (std::size_t i = 0; i < names.size(); ++i)
            if ((wanted >> i) & 1U) add(prefix, names[i], (bits >> i) & 1U);
    }
    // All numbers, and then those of `tail`.
    std::vector<float> take(std::span<const float> tail = {}) {
        values_.insert(values_.end(), tail.begin(), tail.end());
        return std::move(values_);
    }

private:
    void note(std::string_view name, std::string_view rest);

    std::vector<float> values_;
    std::vector<std::string>* names_;
};

// Of the page as a whole, with its JSON-LD (read_jsonld): its address (the one it gives itself, if
// it does), what it tells machines, how much there is of what.
std::vector<float> describe_page(
    const PageBlocks& blocks,
    const formats::Facts& facts,
    const boost::json::array& jsonld,
    std::vector<std::string>* names = nullptr
);

// Of each block: itself, what it stands in, what is around it; behind that `tail`.
std::vector<std::vector<float>> describe_blocks(
    const PageBlocks& blocks,
    std::string_view title,
    std::span<const float> tail = {},
    std::vector<std::string>* names = nullptr
);

}  // namespace crawler
