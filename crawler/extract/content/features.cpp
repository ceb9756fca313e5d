// What a block is, what it is in and what is around it. The numbers are those that people's rules
// ask for as well (length, links, names, repetition, place on the page); how they weigh against
// each other is fitted.
#include "crawler/extract/content/features.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/text/ascii.hpp"
#include "crawler/extract/content/signals.hpp"

namespace crawler {

namespace {

using formats::NodeId;
using formats::Tag;

// Most of what is asked for are small counts.
double log1(double value) {
    static const auto known = [] {
        std::array<double, 1024> all{};
        for (std::size_t i = 0; i < all.size(); ++i) all[i] = std::log2(1 + static_cast<double>(i));
        return all;
    }();
    if (auto i = static_cast<std::size_t>(value);
        i < known.size() && static_cast<double>(i) == value)
        return known[i];
    return std::log2(1 + value);
}
double share(double part, double whole) {
    return whole > 0 ? part / whole : 0;
}

constexpr std::array<std::string_view, insides> inside_names{
    "nav",
    "header",
    "footer",
    "aside",
    "main",
    "article",
    "form",
    "table",
    "list",
    "details",
    "dialog",
    "figure",
    "section",
    "quote",
    "code",
    "label",
    "hidden"};

// The signs that tell something of blocks: fitted trees asked for these when all were offered.
struct Wanted {
    std::uint32_t text, near, in, inside, part;
};

template <typename Names>
std::uint32_t bits_of(const Names& names, std::initializer_list<std::string_view> wanted) {
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < names.size(); ++i)
        if (std::find(wanted.begin(), wanted.end(), names[i]) != wanted.end()) bits |= 1U << i;
    return bits;
}

const Wanted& wanted() {
    static const Wanted all{
        .text = bits_of(text_signal_names, {"sign"}),
        .near = bits_of(name_signal_names, {"nav", "meta", "card", "hero"}),
        .in = bits_of(
            name_signal_names,
            {"nav",
             "header",
             "footer",
             "related",
             "filter",
             "meta",
             "postbody",
             "description",
             "title",
             "body",
             "question",
             "contents"}
        ),
        .inside = bits_of(
            inside_names,
            {"nav",
             "header",
             "footer",
             "main",
             "article",
             "form",
             "list",
             "dialog",
             "section",
             "hidden"}
        ),
        .part = bits_of(name_signal_names, {"header", "hidden", "tab", "hero", "question"}),
    };
    return all;
}

// What the blocks before one amount to.
struct Before {
    double letters = 0, main_letters = 0, prose = 0;
    std::size_t heading = 0;  // 1 + the last heading
    std::size_t h1 = 0;
};

int rank_of(Tag tag) {
    switch (tag) {
        case Tag::p:
            return 1;
        case Tag::li:
            return 2;
        case Tag::td:
        case Tag::th:
        case Tag::tr:
            return 3;
        case Tag::h1:
            return 4;
        case Tag::h2:
            return 5;
        case Tag::h3:
            return 6;
        case Tag::h4:
        case Tag::h5:
        case Tag::h6:
            return 7;
        case Tag::dt:
            return 8;
        case Tag::dd:
            return 9;
        case Tag::pre:
            return 10;
        case Tag::blockquote:
            return 11;
        case Tag::figcaption:
        case Tag::caption:
            return 12;
        case Tag::div:
            return 13;
        default:
            return 14;
    }
}

class Describer {
public:
    Describer(
        const PageBlocks& page,
        std::string_view title,
        std::span<const float> tail,
        std::vector<std::string>* names
    )
        : page_(page),
          document_(page.document()),
          blocks_(page.blocks()),
          title_(base::to_lower(title)),
          tail_(tail),
          names_(names) {
        for (std::size_t i = 0; i < blocks_.size(); ++i)
            if (blocks_[i].held.main_letters > 0) {
                if (first_main_ == blocks_.size() + 1) first_main_ = i;
                last_main_ = i;
            }
    }

    std::vector<std::vector<float>> run() {
        std::vector<std::vector<float>> rows;
        rows.reserve(blocks_.size());
        Before before;
        for (std::size_t i = 0; i < blocks_.size(); ++i) {
            Row row(i == 0 ? names_ : nullptr, i == 0 ? 0 : rows.front().size());
            own(row, blocks_[i]);
            neighbours(row, i);
            around(row, blocks_[i]);
            repeated(row, blocks_[i]);
            position(row, i, before);
            rows.push_back(row.take(tail_));
            const auto& held = blocks_[i].held;
            before.letters += held.letters;
            before.main_letters += held.main_letters;
            before.prose += held.prose;
            if (held.headings) before.heading = i + 1;
            if (document_[blocks_[i].holder].tag == Tag::h1) before.h1 = i + 1;
        }
        return rows;
    }

private:
    void own(Row& row, const Block& block) const {
        const auto& held = block.held;
        double letters = held.letters;
        row.add("letters", log1(letters));
        row.add("words", log1(held.words));
        row.add("link_density", held.link_density());
        row.add("commas", share(block.commas, letters));
        row.add("digits", share(block.digits, letters));
        row.add("capitals", share(block.capitals, letters));
        row.add("stops", log1(block.stops));
        row.add("ends_sentence", ends_sentence(block.text));
        row.add("price", held.prices);
        row.add("date", held.dates);
        row.add("copies", std::min(block.copies, 5U));
        row.add("has_copies", block.has_copies);
        row.add("button", block.in_button);
        row.add("struck", block.struck);
        row.add("main", share(held.main_letters, letters));
        row.add("tag", rank_of(document_[block.holder].tag));
        row.add("title", is_title(block.text));
        row.add_bits("text_", block.text_bits, text_signal_names, wanted_.text);
    }

    static bool ends_sentence(std::string_view text) {
        return !text.empty() && (text.back() == '.' || text.back() == '!' || text.back() == '?' ||
                                 text.ends_with("\xe3\x80\x82"));
    }

    bool is_title(const std::string& text) const {
        return text.size() >= 4 && text.size() <= title_.size() &&
               title_.find(base::to_lower(text)) != title_.npos;
    }

    void neighbours(Row& row, std::size_t i) const {
        constexpr std::array<std::string_view, 5> sides{
            "before2", "before1", "", "after1", "after2"};
        for (int step : {-2, -1, 1, 2}) {
            auto at = static_cast<std::ptrdiff_t>(i) + step;
            bool there = at >= 0 && at < static_cast<std::ptrdiff_t>(blocks_.size());
            static const Block none;
            const auto& block = there ? blocks_[static_cast<std::size_t>(at)] : none;
            auto side = sides[static_cast<std::size_t>(step + 2)];
            row.add(side, "_letters", log1(block.held.letters));
            row.add(side, "_links", block.held.link_density());
            row.add(side, "_main", share(block.held.main_letters, block.held.letters));
            row.add(side, "_tag", there ? rank_of(document_[block.holder].tag) : 0);
        }
    }

    // The elements that hold the block, from the inside out.
    void around(Row& row, const Block& block) const {
        const auto& whole = page_.whole();
        std::uint32_t near = 0;
        auto at = block.holder;
        for (int level = 0; level < 3 && at; ++level, at = document_[at].parent)
            near |= page_.place(at).own_bits;
        row.add_bits("near_", near, name_signal_names, wanted_.near);
        const auto& place = page_.place(block.holder);
        row.add_bits("in_", place.all_bits, name_signal_names, wanted_.in);
        row.add_bits("inside_", place.tags, inside_names, wanted_.inside);
        row.add("depth", place.depth);
        NodeId holder = block.holder, body = document_.body();
        int level = 0;
        constexpr std::pair<int, std::string_view> levels[] = {
            {1, "up1"}, {2, "up2"}, {3, "up3"}, {5, "up5"}, {7, "up7"}};
        for (auto [wanted, name] : levels) {
            for (; level < wanted && holder != body && document_[holder].parent; ++level)
                holder = document_[holder].parent;
            describe_holder(row, name, page_.holding(holder), whole);
        }
        // The largest one that is not most of the page.
        NodeId part = block.holder;
        while (part != body && document_[part].parent &&
               page_.holding(document_[part].parent).letters * 2 < whole.letters)
            part = document_[part].parent;
        describe_holder(row, "part", page_.holding(part), whole);
        row.add("part_prices", share(page_.holding(part).prices, page_.holding(part).blocks));
        row.add("part_dates", share(page_.holding(part).dates, page_.holding(part).blocks));
        row.add("part_headings", share(page_.holding(part).headings, page_.holding(part).blocks));
        row.add("part_inputs", share(page_.holding(part).inputs, page_.holding(part).blocks));
        row.add_bits("part_", page_.place(part).own_bits, name_signal_names, wanted_.part);
    }

    static void
    describe_holder(Row& row, std::string_view name, const Holding& held, const Holding& whole) {
        row.add(name, "_letters", log1(held.letters));
        row.add(name, "_links", held.link_density());
        row.add(name, "_prose", held.prose_share());
        row.add(name, "_share", share(held.letters, whole.letters));
        row.add(name, "_mean", log1(share(held.letters, held.blocks)));
        row.add(name, "_main", share(held.main_letters, held.letters));
    }
    // The innermost and the outermost element around the block that stands among others of its
    // kind: an item of a list or grid, a post.
    void repeated(Row& row, const Block& block) const {
        NodeId inner = 0, outer = 0;
        for (auto at = block.holder; at && at != document_.body(); at = document_[at].parent) {
            if (page_.place(at).alike < 3) continue;
            if (!inner) inner = at;
            outer = at;
        }
        describe_item(row, "item", inner);
        describe_item(row, "outer", outer);
    }

    void describe_item(Row& row, std::string_view name, NodeId item) const {
        const auto& held = page_.holding(item);
        const auto& group = page_.holding(item ? document_[item].parent : 0);
        const auto& place = page_.place(item);
        bool there = item != 0;
        row.add(name, "_count", there ? log1(place.alike) : 0);
        row.add(name, "_letters", there ? log1(held.letters) : 0);
        row.add(name, "_blocks", there ? log1(held.blocks) : 0);
        row.add(name, "_links", there ? held.link_density() : 0);
        row.add(name, "_images", there ? log1(held.images) : 0);
        row.add(name, "_headings", there ? log1(held.headings) : 0);
        row.add(name, "_prices", there ? held.prices > 0 : 0);
        row.add(name, "_dates", there ? held.dates > 0 : 0);
        row.add(name, "_inputs", there ? log1(held.inputs) : 0);
        row.add(name, "_group_share", there ? share(group.letters, page_.whole().letters) : 0);
        row.add(name, "_group_links", there ? group.link_density() : 0);
        row.add(name, "_group_main", there ? share(group.main_letters, group.letters) : 0);
        row.add(name, "_group_images", there ? share(group.images, place.alike) : 0);
        row.add(name, "_group_prices", there ? share(group.prices, place.alike) : 0);
    }

    void position(Row& row, std::size_t i, const Before& before) const {
        const auto& whole = page_.whole();
        row.add("place", share(static_cast<double>(i), static_cast<double>(blocks_.size())));
        row.add("letters_before", share(before.letters, whole.letters));
        row.add("prose_before", share(before.prose, whole.prose));
        row.add("main_before", share(before.main_letters, whole.main_letters));
        auto distance = [&](std::size_t to) {
            return log1(std::abs(static_cast<double>(i) - static_cast<double>(to)));
        };
        bool any = last_main_ > 0 || first_main_ == 0;
        row.add("from_main_start", any ? (i < first_main_ ? -1 : 1) * distance(first_main_) : 0);
        row.add("from_main_end", any ? (i > last_main_ ? 1 : -1) * distance(last_main_) : 0);
        row.add("from_h1", before.h1 ? distance(before.h1 - 1) : -1);
        row.add("from_heading", before.heading ? distance(before.heading - 1) : -1);
        static const Block none;
        const auto& heading = before.heading ? blocks_[before.heading - 1] : none;
        row.add("heading_tag", before.heading ? rank_of(document_[heading.holder].tag) : 0);
        row.add("heading_links", heading.held.link_density());
    }

    const PageBlocks& page_;
    const formats::Document& document_;
    const std::vector<Block>& blocks_;
    std::string title_;
    std::span<const float> tail_;
    std::vector<std::string>* names_;
    const Wanted& wanted_ = wanted();
    std::size_t first_main_ = blocks_.size() + 1, last_main_ = 0;
};

}  // namespace

void Row::note(std::string_view name, std::string_view rest) {
    names_->emplace_back(name).append(rest);
}

std::vector<std::vector<float>> describe_blocks(
    const PageBlocks& blocks,
    std::string_view title,
    std::span<const float> tail,
    std::vector<std::string>* names
) {
    return Describer(blocks, title, tail, names).run();
}

}  // namespace crawler
