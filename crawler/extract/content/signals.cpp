// All lists of words are compiled into a finder each, so that a name or text is read once whatever
// the number of words. Sites say the same few names over and over: the last answer of each slot of
// a small cache is kept.
#include "crawler/extract/content/signals.hpp"

#include <string>
#include <vector>

#include "base/bytes/hash.hpp"
#include "crawler/words/signals.hpp"
#include "formats/text/word_finder.hpp"

namespace crawler {

const std::array<std::string_view, name_signals> name_signal_names{
    "nav",      "header", "footer",   "side",    "ad",     "related",     "comment",
    "social",   "form",   "consent",  "filter",  "hidden", "tab",         "meta",
    "author",   "post",   "postbody", "product", "price",  "description", "specification",
    "review",   "card",   "title",    "body",    "action", "hero",        "question",
    "contents", "tag",    "legal",    "stock"};
const std::array<std::string_view, text_signals> text_signal_names{
    "legal",
    "buy",
    "sign",
    "more",
    "share",
    "reply",
    "filter",
    "skip",
    "review",
    "related",
    "description",
    "question",
    "shipping",
    "byline",
    "ad",
    "date"};
const std::array<std::string_view, address_signals> address_signal_names{
    "article",
    "forum",
    "product",
    "collection",
    "listing",
    "documentation",
    "service"};

namespace {

class Entries {
public:
    template <typename Words>
    Entries& add(const Words& words) {
        for (auto word : words) all_.emplace_back(word, bit_);
        bit_ <<= 1;
        return *this;
    }
    formats::WordFinder finder() const { return formats::WordFinder(all_); }

private:
    std::vector<formats::WordFinder::Entry> all_;
    std::uint32_t bit_ = 1;
};

formats::WordFinder find_names() {
    using namespace words;
    Entries entries;
    entries.add(name_nav);
    entries.add(name_header);
    entries.add(name_footer);
    entries.add(name_side);
    entries.add(name_ad);
    entries.add(name_related);
    entries.add(name_comment);
    entries.add(name_social);
    entries.add(name_form);
    entries.add(name_consent);
    entries.add(name_filter);
    entries.add(name_hidden);
    entries.add(name_tab);
    entries.add(name_meta);
    entries.add(name_author);
    entries.add(name_post);
    entries.add(name_postbody);
    entries.add(name_product);
    entries.add(name_price);
    entries.add(name_description);
    entries.add(name_specification);
    entries.add(name_review);
    entries.add(name_card);
    entries.add(name_title);
    entries.add(name_body);
    entries.add(name_action);
    entries.add(name_hero);
    entries.add(name_question);
    entries.add(name_contents);
    entries.add(name_tag);
    entries.add(name_legal);
    entries.add(name_stock);
    return entries.finder();
}

formats::WordFinder find_texts() {
    using namespace words;
    Entries entries;
    entries.add(text_legal);
    entries.add(text_buy);
    entries.add(text_sign);
    entries.add(text_more);
    entries.add(text_share);
    entries.add(text_reply);
    entries.add(text_filter);
    entries.add(text_skip);
    entries.add(text_review);
    entries.add(text_related);
    entries.add(text_description);
    entries.add(text_question);
    entries.add(text_shipping);
    entries.add(text_byline);
    entries.add(text_ad);
    entries.add(text_date);
    return entries.finder();
}

formats::WordFinder find_addresses() {
    using namespace words;
    Entries entries;
    entries.add(url_article);
    entries.add(url_forum);
    entries.add(url_product);
    entries.add(url_collection);
    entries.add(url_listing);
    entries.add(url_documentation);
    entries.add(url_service);
    return entries.finder();
}

}  // namespace

std::uint32_t signals_of_name(std::string_view name) {
    static const auto finder = find_names();
    constexpr std::size_t slots = 1024, longest = 200;
    if (name.empty()) return 0;
    if (name.size() > longest) return finder.find(name);
    struct Known {
        std::string name;
        std::uint32_t bits = 0;
    };
    thread_local std::vector<Known> known(slots);
    auto& slot = known[base::hash_64(name) % slots];
    if (slot.name != name) slot = {std::string(name), finder.find(name)};
    return slot.bits;
}

std::uint32_t signals_of_address(std::string_view host_and_path) {
    static const auto finder = find_addresses();
    return finder.find(host_and_path);
}

std::uint32_t signals_of_text(std::string_view text) {
    static const auto finder = find_texts();
    return finder.find(text);
}

}  // namespace crawler
