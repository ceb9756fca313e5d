// Two models were fitted to the development pages of WCXB and those of Mozilla's Readability, which
// are news and posts for the most part (bench/crawler/fit_pages.py says how): one tells what a page
// is for, one whether a block is content. The rules of find_main_part go into the second one as one
// sign among others, the strongest: on articles it corrects them, on pages that are no articles it
// takes over.
//
// How sure it has to be of a block depends on how sure it is of the page: the blocks are chosen
// that together have the best F1 to expect, counted in words. On a clear page that asks for about
// one half, on a grid whose blocks each look like nothing for less (Lewis, "Evaluating and
// optimizing autonomous text classification systems", SIGIR 1995; Lipton et al., "Optimal
// Thresholding of Classifiers to Maximize F1 Measure", ECML 2014).
#include "crawler/extract/content/content.hpp"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <vector>

#include "base/text/ascii.hpp"
#include "crawler/extract/content/blocks.hpp"
#include "crawler/extract/content/features.hpp"
#include "crawler/extract/content/told.hpp"
#include "crawler/extract/content/trees.hpp"
#include "crawler/extract/metadata.hpp"
#include "crawler/words/page_trees.hpp"

namespace crawler {

namespace {

// Of the page, the block model reads these beside the chances of the kinds.
constexpr std::string_view page_signs[] = {
    "page_main",
    "page_main_letters",
    "page_prose",
    "page_links",
    "page_letters",
    "page_prices",
    "page_blocks",
    "page_inputs",
    "page_images",
    "main_short",
    "groups",
    "url_depth"};

struct Models {
    Trees kind, block;
    std::vector<std::size_t> signs;  // places of page_signs in a page's row
};

std::string_view file_named(std::string_view name) {
    for (const auto& file : page_trees::files)
        if (file.name == name) return file.text;
    return {};
}

const Models& models() {
    static const Models all = [] {
        auto document = formats::Document::parse("<p>text");
        auto part = find_main_part(document);
        PageBlocks blocks(document, part);
        std::vector<std::string> page, block;
        describe_page(blocks, {}, {}, &page);
        describe_blocks(blocks, {}, {}, &block);
        Models made;
        made.kind = Trees::parse(file_named("page_kind.trees"), page);
        for (auto word : base::words<PageKind>) block.push_back("kind_" + std::string(word.name));
        for (auto sign : page_signs) {
            auto at = std::find(page.begin(), page.end(), sign);
            made.signs.push_back(static_cast<std::size_t>(at - page.begin()));
            block.emplace_back(sign);
        }
        made.block = Trees::parse(file_named("block.trees"), block);
        return made;
    }();
    return all;
}

// A page of a few lines that tells machines nothing is a text, whatever it is like otherwise: no
// such pages were fitted to.
std::vector<double>
kinds_of(std::vector<double> chances, const PageBlocks& blocks, const boost::json::array& jsonld) {
    constexpr double enough = 24;
    auto sure = std::min(1.0, static_cast<double>(blocks.blocks().size()) / enough);
    if (!jsonld.empty()) return chances;
    for (auto& chance : chances) chance *= sure;
    chances.front() += 1 - sure;
    return chances;
}

// The rules of find_main_part were made for articles of many more sites than the models were
// fitted to: the surer it is that the page is an article, the likelier is what they take and the
// less likely what they leave out. What remains to the models there is to correct gross errors.
double by_rules(double chance, double article, bool taken, bool hidden) {
    auto trust = article * article;
    if (hidden) chance *= 1 - 0.5 * trust;
    return taken ? 1 - (1 - chance) * (1 - 0.8 * trust) : chance * (1 - 0.95 * trust);
}

// The chance that the least likely block of the best choice has.
double best_threshold(const std::vector<Block>& blocks, const std::vector<double>& chances) {
    std::vector<std::size_t> order(blocks.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](auto a, auto b) { return chances[a] > chances[b]; });
    double expected = 0;  // words of content on the page
    for (auto i : order) expected += chances[i] * blocks[i].held.words;
    double right = 0, taken = 0, best = -1, threshold = 1;
    for (auto i : order) {
        right += chances[i] * blocks[i].held.words;
        taken += blocks[i].held.words;
        if (2 * right / (taken + expected) <= best) continue;
        best = 2 * right / (taken + expected);
        threshold = chances[i];
    }
    return threshold;
}

// Which blocks are content; sets the kind.
std::vector<std::uint8_t> choose_blocks(
    const PageBlocks& blocks,
    const formats::Facts& facts,
    const boost::json::array& jsonld,
    Content& content
) {
    const auto& model = models();
    auto page = describe_page(blocks, facts, jsonld);
    auto chances = kinds_of(model.kind.chances(page), blocks, jsonld);
    auto best = std::max_element(chances.begin(), chances.end());
    content.kind = base::words<PageKind>[static_cast<std::size_t>(best - chances.begin())].value;
    content.confidence = *best;
    std::vector<float> tail(chances.begin(), chances.end());
    for (auto place : model.signs) tail.push_back(page[place]);
    auto likely = model.block.chance_of_each(describe_blocks(blocks, facts.title, tail));
    for (std::size_t i = 0; i < likely.size(); ++i) {
        const auto& block = blocks.blocks()[i];
        bool hidden = blocks.place(block.holder).tags & is_hidden;
        likely[i] = by_rules(likely[i], chances.front(), block.held.main_letters > 0, hidden);
    }
    auto enough = best_threshold(blocks.blocks(), likely);
    std::vector<std::uint8_t> kept;
    for (auto chance : likely) kept.push_back(chance >= enough);
    return kept;
}

std::string plain(const std::string& html) {
    if (html.empty()) return {};
    auto document = formats::Document::parse(html);
    return document.visible_text(document.body());
}

void put_before(Content& content, std::string html, const std::string& text) {
    content.told = std::move(html);
    content.text = content.text.empty() ? text : text + "\n" + content.text;
}

void add_told(const ToldContent& told, Content& content) {
    constexpr std::size_t enough = 400;
    // Scripts bring the text of some pages, which only tell it to machines before they have run.
    for (const auto& html : {told.article, told.posts}) {
        if (html.size() < enough || html.size() < content.text.size() * 2) continue;
        auto text = plain(html);
        if (text.size() < content.text.size() * 2) continue;
        content.part.nodes.clear();
        content.text.clear();
        return put_before(content, html, text);
    }
    if (content.kind != PageKind::product) return;
    auto text = plain(told.product);
    if (!text.empty() && share_shown(text, content.text) < 0.5)
        put_before(content, told.product, text);
}

}  // namespace

Content read_content(formats::Document& document, const formats::Facts& facts) {
    show_unscripted(document);
    Content content;
    content.part = find_main_part(document);
    auto jsonld = read_jsonld(document);
    PageBlocks blocks(document, content.part);
    if (!blocks.blocks().empty()) {
        auto kept = choose_blocks(blocks, facts, jsonld, content);
        if (std::find(kept.begin(), kept.end(), 1) != kept.end())
            content.part = blocks.part_of(kept);
    }
    content.text = text_of(document, content.part);
    if (content.text.empty() && !blocks.blocks().empty()) {
        content.part = blocks.part_of(std::vector<std::uint8_t>(blocks.blocks().size(), 1));
        content.text = text_of(document, content.part);
    }
    add_told(read_told(jsonld), content);
    if (content.text.empty())
        if (auto text = told_description(facts); !text.empty())
            put_before(content, "<p>" + text + "</p>", text);
    return content;
}

std::string markdown_of(
    const formats::Document& document,
    const Content& content,
    const MarkdownOptions& options
) {
    std::string told;
    if (!content.told.empty()) {
        auto page = formats::Document::parse(content.told);
        told = markdown_of(page, {{page.body()}, formats::NodeMarks(page.size())}, options);
    }
    auto shown = markdown_of(document, content.part, options);
    if (told.empty() || shown.empty()) return told + shown;
    return told + "\n\n" + shown;
}

}  // namespace crawler
