// A level is a statement or a CTE with all that lies in it, but for CTEs of its own: Citus plans
// each CTE by itself, and joins within a level only what lies together. The tree is that of
// libpg_query, in which a node is an object with the name of its kind.
#include "tests/schema/cluster_rules.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>

#include <pg_query.h>
#include <boost/json.hpp>

#include "schema/placement/placement.hpp"

namespace test {

namespace {

namespace json = boost::json;
using schema::Place;

const json::object* member(const json::object& node, std::string_view name) {
    const auto* found = node.if_contains(name);
    return found ? found->if_object() : nullptr;
}

// Calls visit(kind, node) for each node below; it says whether to go on into that one.
using Visit = std::function<bool(std::string_view, const json::object&)>;
void walk(const json::value& tree, const Visit& visit) {
    if (const auto* list = tree.if_array()) {
        for (const auto& one : *list) walk(one, visit);
    } else if (const auto* object = tree.if_object()) {
        for (const auto& [name, value] : *object) {
            const auto* inner = value.if_object();
            if (inner && !visit(name, *inner)) continue;
            walk(value, visit);
        }
    }
}
void walk(const json::object& node, const Visit& visit) {
    for (const auto& [name, value] : node) {
        const auto* inner = value.if_object();
        if (inner && !visit(name, *inner)) continue;
        walk(value, visit);
    }
}

bool has(const json::object& node, std::string_view kind) {
    bool found = false;
    walk(node, [&](std::string_view name, const json::object&) {
        found |= name == kind;
        return !found;
    });
    return found;
}

bool is_statement(std::string_view kind) {
    return kind == "SelectStmt" || kind == "InsertStmt" || kind == "UpdateStmt" ||
           kind == "DeleteStmt";
}

std::optional<Place> place_of(std::string_view table) {
    for (const auto& each : schema::placement)
        if (each.table == table) return each.place;
    return std::nullopt;
}

std::string table_of(const json::object& range) {
    const auto* name = range.if_contains("relname");
    return name ? std::string(name->as_string()) : "";
}

// Whether a sub-select names a column of what is around it. One that does not is planned by itself.
bool is_correlated(const json::object& sub_select) {
    std::set<std::string> own;
    walk(sub_select, [&](std::string_view name, const json::object& node) {
        if (name == "alias") own.emplace(node.at("aliasname").as_string());
        if (name == "RangeVar") own.insert(table_of(node));
        return true;
    });
    bool found = false;
    walk(sub_select, [&](std::string_view name, const json::object& node) {
        const auto* fields = name == "ColumnRef" ? node.if_contains("fields") : nullptr;
        if (!fields || fields->as_array().size() < 2) return true;
        const auto* first = member(fields->as_array()[0].as_object(), "String");
        const auto* text = first ? first->if_contains("sval") : nullptr;
        found |= text && !own.contains(std::string(text->as_string()));
        return true;
    });
    return found;
}

// Tables of a level; of what a CTE names none.
std::set<std::string> tables_of(const json::object& level, const std::set<std::string>& ctes) {
    std::set<std::string> tables;
    walk(level, [&](std::string_view name, const json::object& node) {
        if (name == "RangeVar" || name == "relation") {
            auto table = table_of(node);
            if (!ctes.contains(table)) tables.insert(std::move(table));
        }
        return name != "withClause" && (name != "SubLink" || is_correlated(node));
    });
    return tables;
}

// A parameter whose type only its place could tell.
bool has_plain_parameter(const json::value& part) {
    bool found = false;
    walk(part, [&](std::string_view name, const json::object& node) {
        const auto* cast = name == "TypeCast" ? member(node, "arg") : nullptr;
        if (cast && cast->contains("ParamRef")) return false;
        found |= name == "ParamRef";
        return true;
    });
    return found;
}

class Level {
public:
    Level(std::string_view kind, const json::object& node, const std::set<std::string>& ctes)
        : kind_(kind), node_(node), ctes_(ctes) {
        const auto* into = kind == "InsertStmt" ? member(node, "relation") : nullptr;
        for (const auto& table : tables_of(node, ctes)) {
            if (into && table == table_of(*into)) continue;  // rows come to it by the coordinator
            const auto place = place_of(table);
            if (place == Place::by_record) records_ = table;
            if (place == Place::by_blob) blobs_ = table;
            if (place == Place::single) single_ = table;
        }
    }

    void find(std::vector<std::string>& faults) const {
        mixed(faults);
        if (kind_ == "InsertStmt") insert(faults);
        if (kind_ != "SelectStmt") changed(faults);
        walk(node_, [&](std::string_view name, const json::object& node) {
            if (name == "withClause") return false;
            if (name == "SelectStmt" && !node.contains("targetList") &&
                !node.contains("valuesLists") && !node.contains("larg"))
                faults.emplace_back("a SELECT without columns");
            const bool spread = !records_.empty() || !blobs_.empty();
            if (spread && name == "RangeSubselect" && node.contains("lateral"))
                lateral(node, faults);
            return true;
        });
        if (node_.contains("lockingClause")) locked(faults);
    }

private:
    void mixed(std::vector<std::string>& faults) const {
        const std::string* of[] = {&records_, &blobs_, &single_};
        for (int a = 0; a < 3; ++a)
            for (int b = a + 1; b < 3; ++b)
                if (!of[a]->empty() && !of[b]->empty())
                    faults.push_back(
                        "'" + *of[a] + "' and '" + *of[b] + "', which lie apart, in one level"
                    );
    }

    void insert(std::vector<std::string>& faults) const {
        const auto* select = member(node_, "selectStmt");
        const auto* body = select ? member(*select, "SelectStmt") : nullptr;
        if (!body) return;
        if (body->contains("valuesLists")) {
            if (has(*body, "SubLink"))
                faults.emplace_back("a sub-select among the VALUES of an INSERT");
            return;
        }
        for (const auto* part : {"onConflictClause", "returningList"}) {
            const auto* found = node_.if_contains(part);
            if (found && has_plain_parameter(*found))
                faults.emplace_back("a parameter in ON CONFLICT or RETURNING of INSERT .. SELECT");
        }
    }

    // A reference table is written on all nodes: what is read for it must not be spread.
    void changed(std::vector<std::string>& faults) const {
        const auto* relation = member(node_, "relation");
        const auto table = relation ? table_of(*relation) : "";
        if (place_of(table) == Place::reference && !records_.empty())
            faults.push_back(
                "'" + table + "', which lies on all nodes, is written by '" + records_ + "'"
            );
    }

    static void lateral(const json::object& node, std::vector<std::string>& faults) {
        const auto* query = member(node, "subquery");
        const auto* select = query ? member(*query, "SelectStmt") : nullptr;
        if (select && select->contains("limitOffset"))
            faults.emplace_back("OFFSET in a LATERAL sub-select");
    }

    void locked(std::vector<std::string>& faults) const {
        walk(node_, [&](std::string_view name, const json::object& node) {
            if (name != "SubLink") return name != "withClause";
            const auto* type = node.if_contains("subLinkType");
            if (!type || *type != "EXISTS_SUBLINK") return true;
            bool of_cte = false;
            walk(node, [&](std::string_view inner, const json::object& range) {
                if (inner == "RangeVar") of_cte |= ctes_.contains(table_of(range));
                return true;
            });
            if (of_cte) faults.emplace_back("EXISTS over a CTE beside FOR UPDATE");
            return true;
        });
    }

    std::string_view kind_;
    const json::object& node_;
    const std::set<std::string>& ctes_;
    std::string records_, blobs_, single_;
};

}  // namespace

std::vector<std::string> cluster_faults(std::string_view query) {
    const auto parsed = pg_query_parse(std::string(query).c_str());
    const std::unique_ptr<const PgQueryParseResult, void (*)(const PgQueryParseResult*)> freed(
        &parsed, [](const PgQueryParseResult* result) { pg_query_free_parse_result(*result); }
    );
    if (parsed.error) throw std::runtime_error(parsed.error->message);
    json::parse_options deep;
    deep.max_depth = 1000;
    const auto tree = json::parse(parsed.parse_tree, {}, deep);
    std::set<std::string> ctes;
    std::vector<std::pair<std::string_view, const json::object*>> levels;
    walk(tree, [&](std::string_view name, const json::object& node) {
        if (name == "CommonTableExpr") ctes.emplace(node.at("ctename").as_string());
        return true;
    });
    const auto add_first = [&](const json::object& in) {
        for (const auto& [kind, node] : in)
            if (is_statement(kind)) levels.emplace_back(kind, &node.as_object());
    };
    walk(tree, [&](std::string_view name, const json::object& node) {
        if (name == "stmt" || name == "ctequery") add_first(node);
        return true;
    });
    std::vector<std::string> faults;
    for (const auto& [kind, node] : levels) Level(kind, *node, ctes).find(faults);
    return faults;
}

}  // namespace test
