#include "crawler/article.hpp"

#include "crawler/article_draft.hpp"

namespace crawler {

MainPart find_main_part(const Document& document) {
    constexpr std::uint32_t few = 250;
    ArticleDraft draft(document);
    draft.strike_foreign(true);
    auto parts = choose_parts(draft);
    std::uint32_t letters = 0;
    for (auto id : parts) letters += draft.measure(id).letters;
    if (letters < few) {  // too strict for this page: judge less by names
        draft.strike_foreign(false);
        parts = choose_parts(draft);
    }
    trim_parts(draft, parts);
    if (parts.empty()) {  // nothing reads like prose: all that is there
        draft.strike_foreign(false);
        parts = {document.body()};
    }
    return {std::move(parts), draft.take_struck()};
}

std::string text_of(const Document& document, const MainPart& part) {
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
