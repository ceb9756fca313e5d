#include "service/gather/contracts.hpp"

#include <map>

#include "base/settings/settings.hpp"
#include "ingest/mapping/contract_store.hpp"
#include "service/gather/gather_records.hpp"
#include "service/gather/kinds/kind.hpp"

namespace service {

const base::Settings<AcceptFields> AcceptFields::settings{
    {"source", &AcceptFields::source, "whose contract", {.required = true}},
    {"fields", &AcceptFields::fields, "all that wait if none is named"},
};

SourceRules show_rules(Work& work, const SourceName& request) {
    auto source = known_source(work, request.source);
    return {
        source.name,
        ingest::to_toml(sample_rules(run_request({work.here, source, work.here.stop})))};
}

Page<ContractField> list_fields(Work& work, const SourceName& request) {
    auto id = known_source(work, request.source).id;
    std::map<std::string, ContractField> fields;
    for (const auto& field : ingest::load_fields(work.tx, id))
        fields[field.name].kinds = ingest::kinds_text(field.kinds);
    for (const auto& field : ingest::waiting_fields(work.tx, id))
        fields[field.name].quarantined = field.records;
    Page<ContractField> page;
    for (auto& [name, field] : fields) {
        field.field = name;
        page.items.push_back(std::move(field));
    }
    return page;
}

Page<AcceptedField> accept_fields(Work& work, const AcceptFields& request) {
    auto id = known_source(work, request.source).id;
    auto fields = request.fields;
    if (fields.empty())
        for (const auto& field : ingest::waiting_fields(work.tx, id)) fields.push_back(field.name);
    Page<AcceptedField> page;
    for (const auto& field : fields)
        page.items.push_back({field, ingest::accept_field(work.tx, id, field, 0)});
    return page;
}

}  // namespace service
