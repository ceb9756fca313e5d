#include "crawler/extract/article/article.hpp"

#include <algorithm>

#include "base/text/ascii.hpp"
#include "crawler/extract/article/article_draft.hpp"

namespace crawler {

namespace {

std::uint32_t letters_of(const ArticleDraft& draft, const std::vector<formats::NodeId>& parts) {
    std::uint32_t letters = 0;
    for (auto id : parts) letters += draft.measure(id).letters;
    return letters;
}

bool is_named_body(const ArticleDraft& draft, const std::vector<formats::NodeId>& parts) {
    return std::any_of(parts.begin(), parts.end(), [&](formats::NodeId id) {
        return draft.verdict(id).body || draft.value(id, "itemprop") == "articleBody";
    });
}

}  // namespace

// The rules are tried from the strictest on, as long as little is left of the page.
MainPart find_main_part(const formats::Document& document) {
    using enum ArticleDraft::Rule;
    constexpr std::uint32_t few = 250;
    ArticleDraft draft(document);
    draft.strike_foreign(strict);
    auto parts = choose_parts(draft);
    auto found = letters_of(draft, parts);
    // A part that is named as the article's is trusted with less of the page.
    auto least = draft.whole(document.body()).prose / 100 * (is_named_body(draft, parts) ? 15 : 50);
    if (found < few || found < least) {
        draft.strike_foreign(lenient);
        auto more = choose_parts(draft);
        if (letters_of(draft, more) > found * 2) {
            parts = std::move(more);
            found = letters_of(draft, parts);
        } else {
            draft.strike_foreign(strict);
        }
    }
    if (found < few) {
        draft.strike_foreign(by_meaning);
        parts = choose_parts(draft);
    }
    trim_parts(draft, parts);
    if (parts.empty()) {  // nothing reads like prose: all that is there
        draft.strike_foreign(by_meaning);
        parts = {document.body()};
    }
    return {std::move(parts), draft.take_struck()};
}

void show_unscripted(formats::Document& document) {
    constexpr std::size_t enough = 200;
    std::size_t shown = 0, hidden = 0;
    auto body = document.body();
    std::vector<formats::NodeId> unscripted;
    for (auto at = body; at;) {
        const auto& node = document[at];
        bool alone = node.tag == formats::Tag::noscript && document.is_element(at);
        if (alone) {
            unscripted.push_back(at);
            hidden += document.text(at).size();
        }
        if (document.is_text(at)) shown += base::trim(node.text).size();
        bool unseen = document.is_element(at) &&
                      (alone || formats::has_trait(node.tag, formats::is_invisible));
        at = document.following(at, body, unseen);
    }
    if (hidden < enough || hidden < shown * 2) return;
    for (auto id : unscripted) document.show(id);
}

std::string text_of(const formats::Document& document, const MainPart& part) {
    std::string text;
    for (auto id : part.nodes) {
        auto piece = document.visible_text(id, &part.struck);
        if (piece.empty()) continue;
        if (!text.empty()) text += '\n';
        text += piece;
    }
    return text;
}

}  // namespace crawler
