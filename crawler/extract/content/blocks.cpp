// Pages other than articles say what they have to say in many small pieces, so the unit here is
// not the element but the run of text between two ends of blocks, as in Kohlschuetter et al. (see
// article.hpp). What the elements around a block are called, hold and repeat is kept beside it:
// places are inherited from parents in one pass forwards, counts are summed in one pass backwards,
// for a node's number is larger than its parent's.
#include "crawler/extract/content/blocks.hpp"

#include <algorithm>
#include <array>
#include <unordered_map>
#include <utility>

#include "base/bytes/hash.hpp"
#include "base/text/ascii.hpp"
#include "crawler/extract/content/signals.hpp"

namespace crawler {

namespace {

using formats::NodeId;
using formats::Tag;

bool is_unseen(const formats::Node& node) {
    return node.kind == formats::Node::Kind::comment ||
           (node.kind == formats::Node::Kind::element &&
            formats::has_trait(node.tag, formats::is_invisible));
}

bool ends_block(const formats::Node& node) {
    return node.kind == formats::Node::Kind::element &&
           formats::has_trait(node.tag, formats::is_block) && node.tag != Tag::br;
}

std::uint32_t inside_of(Tag tag) {
    switch (tag) {
        case Tag::nav:
            return in_nav;
        case Tag::header:
            return in_header;
        case Tag::footer:
            return in_footer;
        case Tag::aside:
            return in_aside;
        case Tag::main:
            return in_main;
        case Tag::article:
            return in_article;
        case Tag::form:
        case Tag::fieldset:
            return in_form;
        case Tag::table:
            return in_table;
        case Tag::ul:
        case Tag::ol:
        case Tag::dl:
            return in_list;
        case Tag::details:
            return in_details;
        case Tag::dialog:
            return in_dialog;
        case Tag::figure:
            return in_figure;
        case Tag::section:
            return in_section;
        case Tag::blockquote:
            return in_quote;
        case Tag::pre:
        case Tag::code:
            return in_code;
        case Tag::label:
            return in_label;
        default:
            return 0;
    }
}

std::uint32_t inside_of_role(std::string_view role) {
    constexpr std::pair<std::string_view, std::uint32_t> roles[] = {
        {"navigation", in_nav},
        {"menu", in_nav},
        {"menubar", in_nav},
        {"banner", in_header},
        {"contentinfo", in_footer},
        {"complementary", in_aside},
        {"main", in_main},
        {"dialog", in_dialog},
        {"alertdialog", in_dialog},
        {"alert", in_dialog},
        {"search", in_form}};
    for (auto [name, bits] : roles)
        if (name == role) return bits;
    return 0;
}

bool hides(std::string_view style) {
    auto at = style.find("display");
    if (at != style.npos && style.find("none", at) != style.npos) return true;
    at = style.find("visibility");
    return at != style.npos && style.find("hidden", at) != style.npos;
}

// A sign of money with a number on one side.
bool has_price(std::string_view text) {
    constexpr std::string_view signs[] = {
        "$", "\xc2\xa3", "\xe2\x82\xac", "\xc2\xa5", "\xe2\x82\xb9"};
    for (auto sign : signs) {
        auto at = text.find(sign);
        if (at == text.npos) continue;
        auto before = base::trim(text.substr(0, at)),
             after = base::trim(text.substr(at + sign.size()));
        if (!after.empty() && base::is_digit(after.front())) return true;
        if (!before.empty() && base::is_digit(before.back())) return true;
    }
    return false;
}

// What a byte counts for: a number of 12 bits each for letters, commas, digits, capitals and stops.
constexpr unsigned counter_bits = 12;
constexpr auto byte_counts = [] {
    std::array<std::uint64_t, 256> all{};
    for (unsigned byte = 0; byte < 256; ++byte) {
        auto c = static_cast<char>(byte);
        const bool counts[] = {
            !base::is_space(c) && (byte & 0xc0) != 0x80,
            c == ',',
            base::is_digit(c),
            c >= 'A' && c <= 'Z',
            c == '.' || c == '!' || c == '?'};
        for (unsigned i = 0; i < 5; ++i)
            all[byte] |= std::uint64_t{counts[i]} << (i * counter_bits);
    }
    return all;
}();

// Adds what `text` has to the block's counts but for its letters, which it gives.
std::uint32_t count_letters(std::string_view text, Block& block) {
    constexpr std::uint64_t most = (1U << counter_bits) - 1;
    std::uint32_t letters = 0;
    while (!text.empty()) {
        std::uint64_t sums = 0;
        auto part = text.substr(0, most);
        for (char c : part) sums += byte_counts[static_cast<unsigned char>(c)];
        for (auto* count :
             {&letters, &block.commas, &block.digits, &block.capitals, &block.stops}) {
            *count += static_cast<std::uint32_t>(sums & most);
            sums >>= counter_bits;
        }
        text.remove_prefix(part.size());
    }
    return letters;
}

constexpr std::uint32_t date_bit = 1U << 15, byline_bit = 1U << 13;
constexpr std::size_t short_text = 200;

}  // namespace

std::string_view plain_name(std::string_view names) {
    while (!names.empty()) {
        auto end = std::min(names.find_first_of(" \t\n\f\r"), names.size());
        auto name = names.substr(0, end);
        if (!name.empty() && std::none_of(name.begin(), name.end(), base::is_digit)) return name;
        names.remove_prefix(std::min(end + 1, names.size()));
    }
    return {};
}

Holding& Holding::operator+=(const Holding& other) {
    letters += other.letters;
    link_letters += other.link_letters;
    words += other.words;
    prose += other.prose;
    main_letters += other.main_letters;
    blocks += other.blocks;
    links += other.links;
    images += other.images;
    headings += other.headings;
    inputs += other.inputs;
    prices += other.prices;
    dates += other.dates;
    return *this;
}

PageBlocks::PageBlocks(const formats::Document& document, const MainPart& part)
    : document_(document), holdings_(document.size()), places_(document.size()) {
    place_elements();
    cut(part);
    finish_blocks();
    sum_up();
}

void PageBlocks::place_elements() {
    for (NodeId id = 1; id < document_.size(); ++id) {
        if (!document_.is_element(id)) continue;
        place(id);
        count_alike(id);
    }
}

void PageBlocks::place(NodeId id) {
    const auto& node = document_[id];
    auto& own = places_[id];
    const auto& above = places_[node.parent];
    own.depth = static_cast<std::uint16_t>(above.depth + 1);
    own.tags = above.tags | inside_of(node.tag);
    bool page = node.tag == Tag::html || node.tag == Tag::body;
    for (const auto& [name, value] : document_.attributes(id)) {
        if (!page && (name == "class" || name == "id" || name == "itemprop"))
            own.own_bits |= signals_of_name(value);
        if (name == "role") own.tags |= inside_of_role(value);
        if (name == "hidden" || (name == "aria-hidden" && value == "true") ||
            (name == "style" && hides(value)))
            own.tags |= is_hidden;
    }
    own.all_bits = above.all_bits | own.own_bits;
}

void PageBlocks::count_alike(NodeId parent) {
    auto first = document_[parent].first_child;
    if (!first || !document_[first].next) return;
    keys_.clear();
    for (auto id = first; id; id = document_[id].next)
        if (document_.is_element(id))
            keys_.emplace_back(
                base::hash_64(
                    plain_name(document_.attribute(id, "class").value_or("")),
                    static_cast<std::uint64_t>(document_[id].tag)
                ),
                id
            );
    std::sort(keys_.begin(), keys_.end());
    for (auto same = keys_.begin(); same != keys_.end();) {
        auto end = std::find_if(same, keys_.end(), [&](const auto& key) {
            return key.first != same->first;
        });
        for (auto alike = static_cast<std::uint32_t>(end - same); same != end; ++same)
            places_[same->second].alike = alike;
    }
}

void PageBlocks::cut(const MainPart& part) {
    auto body = document_.body();
    bool fresh = true;
    auto next_part = part.nodes.begin();
    NodeId main_end = 0;  // the first node after the part that the walk is in
    bool in_main = false;
    for (auto at = body; at;) {
        if (in_main && at == main_end) in_main = false;
        if (next_part != part.nodes.end() && at == *next_part) {
            in_main = true;
            main_end = document_.following(at, body, true);
            ++next_part;
        }
        const auto& node = document_[at];
        if (is_unseen(node)) {
            at = document_.following(at, body, true);
            continue;
        }
        bool ends = ends_block(node);
        fresh = fresh || ends;
        if (document_.is_text(at)) {
            bool struck = part.struck[at];
            add_text(at, in_main && !struck, struck, fresh);
            if (!base::trim(node.text).empty()) fresh = false;
        }
        auto next = document_.following(at, body);
        // Whatever block is left on the way up ends the text too.
        if (next && document_[next].parent != at)
            for (auto up = at; up != document_[next].parent; up = document_[up].parent)
                fresh = fresh || ends_block(document_[up]);
        at = next;
    }
}

void PageBlocks::add_text(NodeId id, bool in_main, bool struck, bool fresh) {
    auto text = document_[id].text;
    if (base::trim(text).empty()) {
        if (!fresh && !blocks_.empty()) {
            blocks_.back().nodes.push_back(id);
            blocks_.back().text += ' ';
        }
        return;
    }
    if (fresh || blocks_.empty()) {
        blocks_.emplace_back();
        auto holder = document_[id].parent;
        while (document_[holder].parent && !ends_block(document_[holder]))
            holder = document_[holder].parent;
        blocks_.back().holder = holder;
        blocks_.back().struck = struck;
    }
    auto& block = blocks_.back();
    block.nodes.push_back(id);
    block.text += text;
    std::uint32_t letters = count_letters(text, block);
    block.held.letters += letters;
    if (in_main) block.held.main_letters += letters;
    for (auto up = document_[id].parent; up && up != document_.body(); up = document_[up].parent) {
        auto tag = document_[up].tag;
        if (tag == Tag::button) block.in_button = true;
        if (tag == Tag::a) {
            block.held.link_letters += letters;
            ++block.held.links;
            break;
        }
    }
}

void PageBlocks::finish_blocks() {
    std::unordered_map<std::string_view, std::uint32_t> seen;
    for (auto& block : blocks_) {
        block.text = base::collapse_spaces(block.text);
        block.held.blocks = 1;
        block.held.words =
            static_cast<std::uint32_t>(std::count(block.text.begin(), block.text.end(), ' ') + 1);
        block.held.headings = formats::has_trait(document_[block.holder].tag, formats::is_heading);
        if (block.held.letters >= 80 && block.held.link_density() < 0.3)
            block.held.prose = block.held.letters;
        if (block.text.size() < short_text) {
            block.text_bits = signals_of_text(block.text);
            block.held.prices = block.digits > 0 && has_price(block.text);
            block.held.dates = block.digits > 0 && (block.text_bits & (date_bit | byline_bit));
        }
    }
    std::vector<const std::uint32_t*> all;  // of each block's text
    for (auto& block : blocks_) {
        auto& count = seen[block.text];
        block.copies = count++;
        all.push_back(&count);
    }
    for (std::size_t i = 0; i < blocks_.size(); ++i) blocks_[i].has_copies = *all[i] > 1;
}

void PageBlocks::sum_up() {
    for (const auto& block : blocks_) holdings_[block.holder] += block.held;
    for (auto id = static_cast<NodeId>(document_.size() - 1); id > 0; --id) {
        if (!document_.is_element(id)) continue;
        auto tag = document_[id].tag;
        holdings_[id].images += tag == Tag::img || tag == Tag::picture;
        holdings_[id].inputs += tag == Tag::input || tag == Tag::select || tag == Tag::button;
        holdings_[document_[id].parent] += holdings_[id];
    }
}

MainPart PageBlocks::part_of(const std::vector<std::uint8_t>& kept) const {
    // 1: holds text that is left out, 2: holds text that stays.
    formats::NodeMarks holds(document_.size());
    for (std::size_t i = 0; i < blocks_.size(); ++i)
        for (auto id : blocks_[i].nodes) holds[id] = kept[i] ? 2 : 1;
    for (auto id = static_cast<NodeId>(document_.size() - 1); id > 0; --id)
        holds[document_[id].parent] |= holds[id];
    formats::NodeMarks struck(document_.size());
    for (NodeId id = 1; id < document_.size(); ++id) struck[id] = holds[id] == 1;
    return {{document_.body()}, std::move(struck)};
}

}  // namespace crawler
