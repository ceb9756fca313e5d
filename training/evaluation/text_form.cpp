#include "training/evaluation/text_form.hpp"

#include <algorithm>

#include "training/models/model.hpp"

namespace training {

namespace {

constexpr int dense_text_bits = 12;  // 4,096 columns of hashed words at most, for dense rows

// For models that take every feature of every row.
void lower_columns(TextSpec& text) {
    text.bits = std::min(text.bits, dense_text_bits);
    constexpr int most = 1 << dense_text_bits;
    if (text.max_features == 0 || text.max_features > most) text.max_features = most;
}

// For models that tell what they find by the names of columns. Words in most texts tell nothing
// apart, those in one text alone nothing at all.
void name_columns(TextSpec& text, std::size_t rows) {
    if (text.method == TextMethod::vocabulary) return;
    text.method = TextMethod::vocabulary;
    text.words_from = 1;
    text.ngrams = 1;
    text.min_documents = std::max(text.min_documents, rows > 100 ? 2 : 1);
    text.max_documents = std::min(text.max_documents, 0.5);
    if (text.max_features == 0) text.max_features = 20'000;
}

}  // namespace

TextForm text_form_of(std::string_view name) {
    if (finds_structure(name)) return model_kind(name).counts ? TextForm::counted : TextForm::named;
    return model_kind(name).dense_text ? TextForm::few : TextForm::as_set;
}

FeatureSpec features_for(std::string_view kind, FeatureSpec spec, std::size_t rows) {
    const auto form = text_form_of(kind);
    if (form == TextForm::few) lower_columns(spec.text);
    if (form == TextForm::named || form == TextForm::counted) name_columns(spec.text, rows);
    if (form == TextForm::counted) spec.text.idf = spec.text.sublinear = spec.text.scaled = false;
    return spec;
}

}  // namespace training
