// A field is known by its name and by a set of kinds, kept as bits, so that a look at one value is
// one AND. A field that was only ever null has an empty set and takes the first kind that comes.
//
// Records of one source mostly have the same fields in the same order: `order_` remembers which
// field stood at which place, and the map is searched only when the name there is another. What is
// learned goes out with the batch it was learned from, for the two are committed together.
#include "ingest/mapping/contract.hpp"

#include <array>
#include <utility>

namespace ingest {

namespace {

constexpr std::array<std::string_view, 4> kind_names{
    "text",
    "number",
    "boolean",
    "array or object"};

unsigned kind_of(const formats::Field& field) {
    switch (field.kind) {
        case formats::Field::Kind::text:
            return 1;
        case formats::Field::Kind::number:
            return 2;
        case formats::Field::Kind::boolean:
            return 4;
        case formats::Field::Kind::json:
            return 8;
        case formats::Field::Kind::null:
            break;
    }
    return 0;
}

}  // namespace

std::string kinds_text(unsigned kinds) {
    std::string text;
    for (std::size_t i = 0; i < kind_names.size(); ++i)
        if (kinds >> i & 1U) text += (text.empty() ? "" : " or ") + std::string(kind_names[i]);
    return text.empty() ? "null" : text;
}

Contract::Contract(OnDrift on_drift, bool learning, std::vector<KnownField> known)
    : on_drift_(on_drift), open_(learning || on_drift == OnDrift::evolve) {
    for (auto& field : known) known_.emplace(std::move(field.name), field.kinds);
}

// Records of one source mostly have the same fields in the same order.
unsigned* Contract::find(std::string_view name, std::size_t place) {
    if (place < order_.size() && order_[place].first == name) return order_[place].second;
    auto found = known_.find(name);
    if (found == known_.end()) {
        if (!open_) return nullptr;
        found = known_.emplace(std::string(name), 0).first;
        learned_.emplace(found->first, 0);
    }
    if (place >= order_.size()) order_.resize(place + 1);
    order_[place] = {found->first, &found->second};
    return &found->second;
}

std::vector<Drift> Contract::look(std::span<const formats::Field> fields) {
    std::vector<Drift> drifts;
    for (std::size_t i = 0; i < fields.size(); ++i) {
        const auto& field = fields[i];
        auto kind = kind_of(field);
        auto* kinds = find(field.name, i);
        if (!kinds) {
            if (kind != 0) drifts.push_back({field.name, "is new"});
            continue;
        }
        // A field that was null so far may become anything once.
        if (kind == 0 || (*kinds & kind)) continue;
        if (!open_ && *kinds != 0) {
            drifts.push_back({field.name, "is " + kinds_text(kind) + ", not " + kinds_text(*kinds)}
            );
            continue;
        }
        *kinds |= kind;
        learned_[std::string(field.name)] = *kinds;
    }
    return drifts;
}

std::vector<KnownField> Contract::learned() {
    std::vector<KnownField> fields;
    for (const auto& [name, kinds] : std::exchange(learned_, {})) fields.push_back({name, kinds});
    return fields;
}

}  // namespace ingest
