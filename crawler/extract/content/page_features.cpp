// What a page is for shows in its address, in what it tells machines and in how much there is of
// what on it.
#include <algorithm>
#include <array>
#include <cmath>

#include "base/text/ascii.hpp"
#include "crawler/extract/content/features.hpp"
#include "crawler/extract/content/signals.hpp"

namespace crawler {

namespace {

namespace json = boost::json;

double log1(double value) {
    return std::log2(1 + value);
}
double share(double part, double whole) {
    return whole > 0 ? part / whole : 0;
}

std::string meta(const formats::Facts& facts, std::string_view wanted) {
    for (const auto& [name, content] : facts.metas)
        if (name == wanted) return content;
    return {};
}

// What the page calls itself, else where it was found.
formats::Url address_of(const formats::Facts& facts) {
    if (facts.canonical) return *facts.canonical;
    auto named = formats::parse_url(meta(facts, "og:url"));
    return named && named->is_web() ? *named : facts.base;
}

// The types of JSON-LD objects and of what they hold, one after the other.
void types_of(const json::value& value, int depth, std::string& types) {
    if (depth > 4) return;
    if (value.is_array())
        for (const auto& entry : value.as_array()) types_of(entry, depth + 1, types);
    if (!value.is_object()) return;
    const auto* type = value.as_object().if_contains("@type");
    if (type && type->is_string()) types.append(" ").append(type->as_string());
    if (type && type->is_array())
        for (const auto& one : type->as_array())
            if (one.is_string()) types.append(" ").append(one.as_string());
    for (auto key : {"mainEntity", "mainEntityOfPage", "itemListElement"})
        if (const auto* inner = value.as_object().if_contains(key))
            types_of(*inner, depth + 1, types);
}

void add_address(Row& row, const formats::Facts& facts) {
    auto url = address_of(facts);
    auto host = url.host_and_port();
    auto segments = std::count(url.path.begin(), url.path.end(), '/') - url.path.ends_with('/');
    auto last = std::string_view(url.path).substr(url.path.find_last_of('/') + 1);
    row.add("url_root", url.path.size() <= 1);
    row.add("url_depth", static_cast<double>(segments));
    row.add(
        "url_digits",
        static_cast<double>(std::count_if(url.path.begin(), url.path.end(), base::is_digit))
    );
    row.add("url_dashes", static_cast<double>(std::count(last.begin(), last.end(), '-')));
    row.add("url_query", url.query && !url.query->empty());
    row.add_bits("url_", signals_of_address(host + url.path), address_signal_names);
}

void add_told(Row& row, const json::array& jsonld, const formats::Facts& facts) {
    std::string types;
    types_of(jsonld, 0, types);
    auto told = [&](std::string_view name, std::initializer_list<std::string_view> parts) {
        row.add(name, std::any_of(parts.begin(), parts.end(), [&](std::string_view part) {
                    return types.find(part) != types.npos;
                }));
    };
    told("told_article", {"Article", "BlogPosting", "Report"});
    told("told_product", {"Product", "SoftwareApplication", "Book"});
    told("told_offer", {"Offer"});
    told("told_forum", {"DiscussionForumPosting", "QAPage", "Question"});
    told("told_faq", {"FAQPage"});
    told("told_list", {"ItemList"});
    told("told_collection", {"CollectionPage", "OfferCatalog"});
    told("told_service", {"Service", "LocalBusiness", "Dentist", "Attorney"});
    told("told_recipe", {"Recipe", "HowTo"});
    told("told_page", {"WebPage"});
    auto graph = base::to_lower(meta(facts, "og:type"));
    row.add("graph_article", graph.find("article") != graph.npos);
    row.add("graph_product", graph.find("product") != graph.npos);
    row.add("graph_site", graph == "website");
    row.add("graph_published", !meta(facts, "article:published_time").empty());
    row.add("graph_price", !meta(facts, "product:price:amount").empty());
    row.add("language", facts.language.empty() ? 0 : facts.language == "en" ? 1 : 2);
    auto title = facts.title;
    row.add("title_letters", log1(static_cast<double>(title.size())));
    row.add_bits("title_", signals_of_text(title), text_signal_names);
}

void add_amounts(Row& row, const PageBlocks& page) {
    const auto& whole = page.whole();
    row.add("page_letters", log1(whole.letters));
    row.add("page_blocks", log1(whole.blocks));
    row.add("page_mean", log1(share(whole.letters, whole.blocks)));
    row.add("page_links", whole.link_density());
    row.add("page_link_count", log1(whole.links));
    row.add("page_prose", whole.prose_share());
    row.add("page_main", share(whole.main_letters, whole.letters));
    row.add("page_main_letters", log1(whole.main_letters));
    row.add("page_headings", log1(whole.headings));
    row.add("page_images", log1(whole.images));
    row.add("page_inputs", log1(whole.inputs));
    row.add("page_prices", log1(whole.prices));
    row.add("page_dates", log1(whole.dates));
    row.add("page_price_share", share(whole.prices, whole.blocks));
    row.add("page_date_share", share(whole.dates, whole.blocks));
    std::array<double, name_signals> named{};
    std::array<double, text_signals> said{};
    std::array<double, 5> groups{};  // letters in repeated elements: of prices, dates, prose ..
    double main_links = 0, main_short = 0, headed = 0, code = 0, tables = 0;
    for (const auto& block : page.blocks()) {
        double letters = block.held.letters;
        const auto& place = page.place(block.holder);
        for (std::size_t i = 0; i < name_signals; ++i)
            if ((place.all_bits >> i) & 1U) named[i] += letters;
        for (std::size_t i = 0; i < text_signals; ++i) said[i] += (block.text_bits >> i) & 1U;
        if (block.held.main_letters) {
            main_links += block.held.link_letters;
            if (!block.held.prose) main_short += letters;
        }
        if (place.tags & in_code) code += letters;
        if (place.tags & in_table) tables += letters;
        headed += block.held.headings ? letters : 0;
        formats::NodeId outer = 0;
        for (auto at = block.holder; at && at != page.document().body();
             at = page.document()[at].parent)
            if (page.place(at).alike >= 3) outer = at;
        if (!outer) continue;
        const auto& held = page.holding(outer);
        groups[0] += letters;
        if (held.prices) groups[1] += letters;
        if (held.dates) groups[2] += letters;
        if (held.prose) groups[3] += letters;
        if (held.images) groups[4] += letters;
    }
    for (std::size_t i = 0; i < name_signals; ++i)
        row.add("page_in_", name_signal_names[i], share(named[i], whole.letters));
    for (std::size_t i = 0; i < text_signals; ++i)
        row.add("page_says_", text_signal_names[i], log1(said[i]));
    constexpr std::string_view kinds[] = {"", "_prices", "_dates", "_prose", "_images"};
    for (std::size_t i = 0; i < groups.size(); ++i)
        row.add("groups", kinds[i], share(groups[i], whole.letters));
    row.add("main_links", share(main_links, whole.main_letters));
    row.add("main_short", share(main_short, whole.main_letters));
    row.add("headed", share(headed, whole.letters));
    row.add("code", share(code, whole.letters));
    row.add("tables", share(tables, whole.letters));
}

}  // namespace

std::vector<float> describe_page(
    const PageBlocks& blocks,
    const formats::Facts& facts,
    const json::array& jsonld,
    std::vector<std::string>* names
) {
    Row row(names);
    add_address(row, facts);
    add_told(row, jsonld, facts);
    add_amounts(row, blocks);
    return row.take();
}

}  // namespace crawler
