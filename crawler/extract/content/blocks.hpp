#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crawler/extract/article/article.hpp"
#include "formats/html/document.hpp"

namespace crawler {

// Counts of what a block, or all blocks of an element, hold. Letters are code points that are no
// white space.
struct Holding {
    std::uint32_t letters = 0, link_letters = 0, words = 0, prose = 0, main_letters = 0;
    std::uint32_t blocks = 0, links = 0, images = 0, headings = 0, inputs = 0;
    std::uint32_t prices = 0, dates = 0;

    Holding& operator+=(const Holding& other);
    double link_density() const {
        return letters ? static_cast<double>(link_letters) / letters : 0;
    }
    double prose_share() const { return letters ? static_cast<double>(prose) / letters : 0; }
};

// A run of text between two ends of blocks: a paragraph, a heading, an item, the row of a table, or
// text that stands alone in a box.
struct Block {
    formats::NodeId holder = 0;          // the innermost element with an end of its own
    std::vector<formats::NodeId> nodes;  // its texts
    std::string text;                    // spaces collapsed
    Holding held;
    std::uint32_t commas = 0, digits = 0, capitals = 0, stops = 0;
    std::uint32_t text_bits = 0;  // signals_of_text, if it is short
    std::uint32_t copies = 0;     // blocks of the same text before it
    bool has_copies = false;      // .. or after it
    bool in_button = false;
    bool struck = false;  // not of the article, as find_main_part has it
};

// What an element is to the blocks in it.
struct Place {
    std::uint32_t own_bits = 0;  // signals of its names
    std::uint32_t all_bits = 0;  // .. and of those around it
    std::uint32_t tags = 0;      // places it is in: Inside
    std::uint32_t alike = 1;     // how many children of its parent have its tag and name
    std::uint16_t depth = 0;
};
enum Inside : std::uint32_t {
    in_nav = 1,
    in_header = 2,
    in_footer = 4,
    in_aside = 8,
    in_main = 16,
    in_article = 32,
    in_form = 64,
    in_table = 128,
    in_list = 256,
    in_details = 512,
    in_dialog = 1024,
    in_figure = 2048,
    in_section = 4096,
    in_quote = 8192,
    in_code = 16384,
    in_label = 32768,
    is_hidden = 65536,
};
inline constexpr std::size_t insides = 17;

// The first word of a class that has no digits: rows and posts are numbered in theirs. Empty if
// there is none.
std::string_view plain_name(std::string_view class_names);

// A page cut into blocks, in document order, and what its elements hold.
class PageBlocks {
public:
    // `part` is what find_main_part says of the page.
    PageBlocks(const formats::Document& document, const MainPart& part);

    const formats::Document& document() const { return document_; }
    const std::vector<Block>& blocks() const { return blocks_; }
    const Holding& holding(formats::NodeId id) const { return holdings_[id]; }
    const Place& place(formats::NodeId id) const { return places_[id]; }
    const Holding& whole() const { return holdings_[document_.body()]; }
    // All but those of `kept` struck out: 0 or 1 for each block.
    MainPart part_of(const std::vector<std::uint8_t>& kept) const;

private:
    void place_elements();
    void place(formats::NodeId id);
    void count_alike(formats::NodeId parent);
    void cut(const MainPart& part);
    void add_text(formats::NodeId id, bool in_main, bool struck, bool fresh);
    void finish_blocks();
    void sum_up();

    const formats::Document& document_;
    std::vector<Block> blocks_;
    std::vector<Holding> holdings_;
    std::vector<Place> places_;
    std::vector<std::pair<std::uint64_t, formats::NodeId>> keys_;  // of what is being counted
};

}  // namespace crawler
