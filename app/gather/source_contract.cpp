// `tilth source rules`, fields and accept: what a source's records are expected to look like.
// accept takes a field into the contract and lets its records out of quarantine in one transaction;
// between the two a run could put them back.
#include <memory>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "app/commands.hpp"
#include "app/output.hpp"
#include "base/database/database.hpp"
#include "base/error.hpp"
#include "ingest/mapping/contract_store.hpp"
#include "service/gather/gather_records.hpp"

namespace app {

namespace json = boost::json;

namespace {

schema::Source source_of(service::Context& context, const std::string& name) {
    return context.database().call([&](base::Tx& tx) { return schema::require_source(tx, name); });
}

void rules_verb(CLI::App& source, service::Context& context) {
    auto name = std::make_shared<std::string>();
    auto* verb = source.add_subcommand(
        "rules", "What a source's fields are taken to mean, as a file for --map"
    );
    verb->add_option("NAME", *name)->required();
    verb->callback([name, &context] {
        auto found = source_of(context, *name);
        auto request = service::run_request(context, found, context.stop());
        auto rules = ingest::to_toml(service::sample_rules(request));
        if (context.json) {
            print_json(json::object{{"name", *name}, {"rules", rules}});
        } else {
            print_line(rules);
        }
    });
}

void fields_verb(CLI::App& source, service::Context& context) {
    auto name = std::make_shared<std::string>();
    auto* verb = source.add_subcommand(
        "fields",
        "A source's contract: the fields of its records, and those that wait in quarantine"
    );
    verb->add_option("NAME", *name)->required();
    verb->callback([name, &context] {
        Table table({"field", "kinds", "records in quarantine"});
        context.database().call([&](base::Tx& tx) {
            auto id = schema::require_source(tx, *name).id;
            std::map<std::string, std::pair<std::string, std::int64_t>> fields;
            for (const auto& field : ingest::load_fields(tx, id))
                fields[field.name].first = ingest::kinds_text(field.kinds);
            for (const auto& field : ingest::waiting_fields(tx, id))
                fields[field.name].second = field.records;
            for (const auto& [field, state] : fields) {
                if (context.json) {
                    print_json(json::object{
                        {"field", field}, {"kinds", state.first}, {"quarantined", state.second}});
                } else {
                    auto waiting = state.second ? std::to_string(state.second) : std::string();
                    table.add({field, state.first.empty() ? "not accepted" : state.first, waiting});
                }
            }
        });
        if (!context.json) table.print();
    });
}

void accept_verb(CLI::App& source, service::Context& context) {
    struct Options {
        std::string name;
        std::vector<std::string> fields;
    };
    auto options = std::make_shared<Options>();
    auto* verb = source.add_subcommand(
        "accept", "Take fields into a source's contract and let their records out of quarantine"
    );
    verb->add_option("NAME", options->name)->required();
    verb->add_option("FIELD", options->fields, "All that wait if none is named");
    verb->callback([options, &context] {
        context.database().call([&](base::Tx& tx) {
            auto id = schema::require_source(tx, options->name).id;
            auto fields = options->fields;
            if (fields.empty())
                for (const auto& field : ingest::waiting_fields(tx, id))
                    fields.push_back(field.name);
            for (const auto& field : fields) {
                auto records = ingest::accept_field(tx, id, field, 0);
                if (context.json) {
                    print_json(json::object{{"field", field}, {"released", records}});
                } else {
                    print_line(fmt::format("'{}' accepted, {} records released", field, records));
                }
            }
            if (fields.empty() && !context.json) print_line("no field waits");
        });
    });
}

}  // namespace

void add_source_contract(CLI::App& source, service::Context& context) {
    rules_verb(source, context);
    fields_verb(source, context);
    accept_verb(source, context);
}

}  // namespace app
