// Whether an element matches a selector (Selectors 4).
//
// Compounds are looked at from right to left, so that most elements are refused by their own name,
// and ancestors are walked only for the rest. Nothing is indexed: a page is asked a few selectors
// once.
#include "formats/html/select.hpp"

#include <algorithm>

#include "base/text/ascii.hpp"
#include "formats/html/element_state.hpp"
#include "formats/html/selector_tree.hpp"

namespace formats {

namespace {

using namespace selector;

bool has_word(std::string_view list, std::string_view word) {
    if (word.empty()) return false;
    for (auto at = list.find(word); at != list.npos; at = list.find(word, at + 1)) {
        bool start = at == 0 || base::is_space(list[at - 1]);
        bool end = at + word.size() == list.size() || base::is_space(list[at + word.size()]);
        if (start && end) return true;
    }
    return false;
}

class Matcher {
public:
    Matcher(const Document& document, NodeId scope) : document_(document), scope_(scope) {}

    bool any(const selector::List& list, NodeId id) const {
        return std::any_of(list.begin(), list.end(), [&](const Complex& complex) {
            return matches(complex, complex.compounds.size() - 1, id);
        });
    }

private:
    // Whether compounds [0, last] match with compounds[last] at `id`. Looks from right to left.
    bool matches(const Complex& complex, std::size_t last, NodeId id) const {
        if (!matches(complex.compounds[last], id)) return false;
        if (last == 0) return true;
        switch (complex.combinators[last]) {
            case Combinator::child: {
                auto parent = document_[id].parent;
                return parent && matches(complex, last - 1, parent);
            }
            case Combinator::descendant:
                for (auto at = document_[id].parent; at; at = document_[at].parent)
                    if (matches(complex, last - 1, at)) return true;
                return false;
            case Combinator::next: {
                auto previous = document_.previous_element(id);
                return previous && matches(complex, last - 1, previous);
            }
            case Combinator::later:
                for (auto at = document_.previous_element(id); at;
                     at = document_.previous_element(at))
                    if (matches(complex, last - 1, at)) return true;
                return false;
        }
        return false;
    }

    bool matches(const Compound& compound, NodeId id) const {
        if (!document_.is_element(id)) return false;
        const auto& node = document_[id];
        if (!compound.type.empty() && compound.type != "*" && compound.type != node.text)
            return false;
        if (!compound.id.empty() && document_.attribute(id, "id") != compound.id) return false;
        if (!compound.classes.empty()) {
            auto classes = document_.attribute(id, "class").value_or("");
            for (const auto& name : compound.classes)
                if (!has_word(classes, name)) return false;
        }
        for (const auto& test : compound.attributes)
            if (!matches(test, id)) return false;
        for (const auto& pseudo : compound.pseudos)
            if (!matches(pseudo, id)) return false;
        return true;
    }

    bool matches(const AttributeTest& test, NodeId id) const {
        using enum AttributeTest::Kind;
        auto found = document_.attribute(id, test.name);
        if (!found) return test.kind == differs;
        if (test.kind == present) return true;
        std::string held_value, held_wanted;
        std::string_view value = *found, wanted = test.value;
        if (test.any_case) {
            value = held_value = base::to_lower(value);
            wanted = held_wanted = base::to_lower(wanted);
        }
        switch (test.kind) {
            case equals:
                return value == wanted;
            case word:
                return wanted.find_first_of(" \t\n\f\r") == wanted.npos && has_word(value, wanted);
            case differs:
                return value != wanted;
            case dash:
                return value == wanted ||
                       (value.size() > wanted.size() && value.starts_with(wanted) &&
                        value[wanted.size()] == '-');
            case prefix:
                return !wanted.empty() && value.starts_with(wanted);
            case suffix:
                return !wanted.empty() && value.ends_with(wanted);
            case part:
                return !wanted.empty() && value.find(wanted) != value.npos;
            case present:
                break;
        }
        return true;
    }

    bool matches(const Pseudo& pseudo, NodeId id) const {
        using enum Pseudo::Kind;
        switch (pseudo.kind) {
            case is:
                return any(*pseudo.list, id);
            case not_:
                return !any(*pseudo.list, id);
            case has:
                return std::any_of(
                    pseudo.list->begin(),
                    pseudo.list->end(),
                    [&](const Complex& complex) { return has_relative(complex, 0, id); }
                );
            case root:
                return id == document_.html();
            case scope:
                return id == (scope_ ? scope_ : document_.html());
            case empty:
                return is_empty(id);
            case nth_child:
                return fits(pseudo, position(id, false, false, pseudo.list.get()));
            case nth_last_child:
                return fits(pseudo, position(id, true, false, pseudo.list.get()));
            case nth_of_type:
                return fits(pseudo, position(id, false, true, nullptr));
            case nth_last_of_type:
                return fits(pseudo, position(id, true, true, nullptr));
            case only_child:
                return !document_.previous_element(id) && !document_.next_element(id);
            case only_of_type:
                return position(id, false, true, nullptr) == 1 &&
                       position(id, true, true, nullptr) == 1;
            case lang:
                return has_language(document_, id, pseudo.words);
            case contains:
                return holds(document_.text(id), pseudo.words);
            case contains_own:
                return holds_in_own_text(id, pseudo.words);
            case never:
                return false;
            default:
                return has_state(document_, id, pseudo.kind);
        }
    }

    static bool holds(std::string_view text, const std::vector<std::string>& words) {
        return std::any_of(words.begin(), words.end(), [&](const std::string& word) {
            return text.find(word) != text.npos;
        });
    }
    bool holds_in_own_text(NodeId id, const std::vector<std::string>& words) const {
        for (auto at = document_[id].first_child; at; at = document_[at].next)
            if (document_.is_text(at) && holds(document_[at].text, words)) return true;
        return false;
    }

    bool is_empty(NodeId id) const {
        for (auto at = document_[id].first_child; at; at = document_[at].next)
            if (document_.is_element(at) ||
                (document_.is_text(at) &&
                 !std::all_of(document_[at].text.begin(), document_[at].text.end(), [](char c) {
                     return base::is_space(c);
                 })))
                return false;
        return true;
    }

    // From 1; 0 if the element is not counted.
    int position(NodeId id, bool from_end, bool of_type, const selector::List* of) const {
        if (of && !any(*of, id)) return 0;
        int place = 1;
        auto step = [&](NodeId at) {
            return from_end ? document_.next_element(at) : document_.previous_element(at);
        };
        for (auto at = step(id); at; at = step(at)) {
            if (of_type && document_[at].text != document_[id].text) continue;
            if (of && !any(*of, at)) continue;
            ++place;
        }
        return place;
    }

    static bool fits(const Pseudo& pseudo, int place) {
        if (place == 0) return false;
        int rest = place - pseudo.b;
        if (pseudo.a == 0) return rest == 0;
        return rest % pseudo.a == 0 && rest / pseudo.a >= 0;
    }

    // Whether compounds [from, end) match going down or along from `anchor`.
    bool has_relative(const Complex& complex, std::size_t from, NodeId anchor) const {
        if (from == complex.compounds.size()) return true;
        auto hit = [&](NodeId at) {
            return matches(complex.compounds[from], at) && has_relative(complex, from + 1, at);
        };
        switch (complex.combinators[from]) {
            case Combinator::descendant:
                for (auto at = document_.following(anchor, anchor); at;
                     at = document_.following(at, anchor))
                    if (hit(at)) return true;
                return false;
            case Combinator::child:
                for (auto at = document_[anchor].first_child; at; at = document_[at].next)
                    if (hit(at)) return true;
                return false;
            case Combinator::next: {
                auto next = document_.next_element(anchor);
                return next && hit(next);
            }
            case Combinator::later:
                for (auto at = document_.next_element(anchor); at; at = document_.next_element(at))
                    if (hit(at)) return true;
                return false;
        }
        return false;
    }

    const Document& document_;
    NodeId scope_;
};

}  // namespace

Selector::Selector(std::unique_ptr<const List> list) : list_(std::move(list)) {}
Selector::~Selector() = default;
Selector::Selector(Selector&&) noexcept = default;
Selector& Selector::operator=(Selector&&) noexcept = default;

Selector Selector::parse(std::string_view css) {
    return Selector(std::make_unique<List>(List{selector::parse_list(css)}));
}

bool Selector::matches(const Document& document, NodeId element) const {
    return Matcher(document, 0).any(list_->complexes, element);
}

std::vector<NodeId> Selector::select(const Document& document, NodeId scope) const {
    Matcher matcher(document, scope);
    std::vector<NodeId> found;
    auto root = scope ? scope : document.html();
    for (auto at = scope ? document.following(root, root) : root; at;
         at = document.following(at, root))
        if (document.is_element(at) && matcher.any(list_->complexes, at)) found.push_back(at);
    return found;
}

}  // namespace formats
