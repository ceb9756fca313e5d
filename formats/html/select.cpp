// Whether an element matches a selector (Selectors 4).
//
// Compounds are looked at from right to left, so that most elements are refused by their own name,
// and ancestors are walked only for the rest. What an answer needs of many nodes (places among
// siblings, what stands before, above or below) is found once for all of them and remembered as
// long as the question lasts: a table of ten thousand rows is ordinary, and pages are strangers'
// work. The rest is bounded by a number of steps.
#include "formats/html/select.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <tuple>
#include <utility>

#include <boost/unordered/unordered_flat_map.hpp>

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

// Some seconds of work.
constexpr std::uint64_t most_steps = 100'000'000;
constexpr int nowhere = std::numeric_limits<int>::max();

class Matcher {
public:
    Matcher(const Document& document, NodeId scope) : document_(document), scope_(scope) {}

    bool any(const selector::List& list, NodeId id) {
        return std::any_of(list.begin(), list.end(), [&](const Complex& complex) {
            return matches(complex, complex.compounds.size() - 1, id);
        });
    }

private:
    // Whether compounds [0, last] match with compounds[last] at `id`. Looks from right to left.
    bool matches(const Complex& complex, std::size_t last, NodeId id) {
        if (!matches(complex.compounds[last], id)) return false;
        if (last == 0) return true;
        switch (complex.combinators[last]) {
            case Combinator::child: {
                auto parent = document_[id].parent;
                return parent && matches(complex, last - 1, parent);
            }
            case Combinator::descendant:
                return holds_from(complex, last - 1, document_[id].parent);
            case Combinator::next: {
                auto previous = document_.previous_element(id);
                return previous && matches(complex, last - 1, previous);
            }
            case Combinator::later:
                return first_place(complex, last - 1, id) < place(id);
        }
        return false;
    }

    // Whether compounds [0, last] match with compounds[last] at `id` or above it.
    bool holds_from(const Complex& complex, std::size_t last, NodeId id) {
        if (!id) return false;
        auto& known = above_[{&complex, last}];
        if (auto found = known.find(id); found != known.end()) return found->second;
        bool holds = matches(complex, last, id) || holds_from(complex, last, document_[id].parent);
        known.emplace(id, holds);
        return holds;
    }

    // The place of the first among the siblings of `id` where compounds [0, last] match.
    int first_place(const Complex& complex, std::size_t last, NodeId id) {
        auto& known = first_[{&complex, last}];
        auto parent = document_[id].parent;
        if (auto found = known.find(parent); found != known.end()) return found->second;
        int first = nowhere;
        for (auto at = outermost_sibling(id, false); at && first == nowhere;
             at = document_.next_element(at))
            if (matches(complex, last, at)) first = place(at);
        known.emplace(parent, first);
        return first;
    }

    bool matches(const Compound& compound, NodeId id) {
        if (++steps_ > most_steps)
            throw SelectionLimit(
                "selector", "needs too many steps on this page", "make it simpler"
            );
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

    bool matches(const Pseudo& pseudo, NodeId id) {
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

    int place(NodeId id) { return position(id, false, false, nullptr); }

    // The first or last element among the siblings of an element.
    NodeId outermost_sibling(NodeId id, bool last) const {
        auto parent = document_[id].parent;
        auto at = last ? document_[parent].last_child : document_[parent].first_child;
        if (at && !document_.is_element(at))
            at = last ? document_.previous_element(at) : document_.next_element(at);
        return at;
    }

    // From 1; 0 if the element is not counted.
    int position(NodeId id, bool from_end, bool of_type, const selector::List* of) {
        auto& known = places_[{of, from_end, of_type}];
        if (auto found = known.find(id); found != known.end()) return found->second;
        int all = 0;
        boost::unordered_flat_map<std::string_view, int> of_name;
        auto step = [&](NodeId at) {
            return from_end ? document_.previous_element(at) : document_.next_element(at);
        };
        for (auto at = outermost_sibling(id, from_end); at; at = step(at)) {
            int& count = of_type ? of_name[document_[at].text] : all;
            known[at] = of && !any(*of, at) ? 0 : ++count;
        }
        return known[id];
    }

    static bool fits(const Pseudo& pseudo, int place) {
        if (place == 0) return false;
        int rest = place - pseudo.b;
        if (pseudo.a == 0) return rest == 0;
        return rest % pseudo.a == 0 && rest / pseudo.a >= 0;
    }

    // Whether compounds [from, end) match going down or along from a node where the first of them
    // stands.
    bool starts_at(const Complex& complex, std::size_t from, NodeId at) {
        return matches(complex.compounds[from], at) && has_relative(complex, from + 1, at);
    }

    // Whether that is so anywhere below.
    bool starts_below(const Complex& complex, std::size_t from, NodeId id) {
        auto& known = below_[{&complex, from}];
        if (auto found = known.find(id); found != known.end()) return found->second;
        bool starts = false;
        for (auto at = document_[id].first_child; at && !starts; at = document_[at].next)
            starts = document_.is_element(at) &&
                     (starts_at(complex, from, at) || starts_below(complex, from, at));
        known.emplace(id, starts);
        return starts;
    }

    // The last place among the siblings of `id` where that is so, or 0.
    int last_start(const Complex& complex, std::size_t from, NodeId id) {
        auto& known = last_[{&complex, from}];
        auto parent = document_[id].parent;
        if (auto found = known.find(parent); found != known.end()) return found->second;
        int last = 0;
        for (auto at = outermost_sibling(id, true); at && last == 0;
             at = document_.previous_element(at))
            if (starts_at(complex, from, at)) last = place(at);
        known.emplace(parent, last);
        return last;
    }

    // Whether compounds [from, end) match going down or along from `anchor`.
    bool has_relative(const Complex& complex, std::size_t from, NodeId anchor) {
        if (from == complex.compounds.size()) return true;
        switch (complex.combinators[from]) {
            case Combinator::descendant:
                return starts_below(complex, from, anchor);
            case Combinator::child:
                for (auto at = document_[anchor].first_child; at; at = document_[at].next)
                    if (starts_at(complex, from, at)) return true;
                return false;
            case Combinator::next: {
                auto next = document_.next_element(anchor);
                return next && starts_at(complex, from, next);
            }
            case Combinator::later:
                return last_start(complex, from, anchor) > place(anchor);
        }
        return false;
    }

    using Part = std::pair<const Complex*, std::size_t>;
    using Counted = std::tuple<const selector::List*, bool, bool>;  // of, from the end, of one type
    template <typename Value>
    using OfNode = boost::unordered_flat_map<NodeId, Value>;

    const Document& document_;
    NodeId scope_;
    std::uint64_t steps_ = 0;
    std::map<Counted, OfNode<int>> places_;
    std::map<Part, OfNode<int>> first_, last_;  // by parent
    std::map<Part, OfNode<bool>> above_, below_;
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
