#include "ingest/sources/push/form_record.hpp"

#include <optional>
#include <set>
#include <utility>

#include "base/text/utf8.hpp"
#include "ingest/sources/push/form.hpp"

namespace ingest {

namespace {

using FormFault = formats::ContentFault;

std::optional<FormFault> add_value(Page& page, std::string_view name, std::string_view value) {
    if (value.find('\0') != value.npos) return FormFault{"text.nul", "a value has a NUL"};
    if (!base::is_utf8(value)) return FormFault{"text.encoding", "a value is no UTF-8"};
    page.fields.push_back({name, value, formats::Field::Kind::text});
    return std::nullopt;
}

std::optional<FormFault>
add_file(Page& page, std::string_view name, const FormPart& part, std::size_t first_field) {
    auto promised = formats::promised_by_type(part.media_type);
    if (!promised) promised = formats::promised_by_name(part.file_name);
    auto examined = formats::examine_content(part.body, promised);
    if (!examined) return FormFault{"media.unknown", formats::why_no_content(part.body)};
    if (auto* fault = std::get_if<FormFault>(&*examined)) return std::move(*fault);
    page.cells.push_back(
        {name,
         static_cast<std::uint32_t>(page.fields.size() - first_field),
         part.body,
         std::get<formats::Content>(std::move(*examined))}
    );
    return std::nullopt;
}

}  // namespace

void add_form(Page& page, std::string_view content_type, std::string_view body) {
    const auto first_field = page.fields.size(), first_cell = page.cells.size();
    auto refuse = [&](FormFault fault, std::string column) {
        page.fields.resize(first_field);
        page.cells.resize(first_cell);
        auto& bad = page.rejects.emplace_back();
        bad.raw = body;
        bad.byte_offset = 0;
        bad.column = std::move(column);
        bad.code = std::move(fault.code);
        bad.reason = std::move(fault.reason);
    };
    auto form = read_form(content_type, body);
    if (auto* reason = std::get_if<std::string>(&form))
        return refuse({"push.form", std::move(*reason)}, {});
    std::set<std::string_view> names;
    for (const auto& part : std::get<std::vector<FormPart>>(form)) {
        if (!base::is_utf8(part.name) || part.name.find('\0') != part.name.npos)
            return refuse({"push.form", "the name of a part is no text in UTF-8"}, {});
        const auto name = page.arena.keep(part.name);
        if (!names.insert(name).second)
            return refuse({"push.form", "a part of that name comes twice"}, part.name);
        const bool is_file =
            !part.file_name.empty() || formats::promised_by_type(part.media_type).has_value();
        auto fault =
            is_file ? add_file(page, name, part, first_field) : add_value(page, name, part.body);
        if (fault) return refuse(std::move(*fault), part.name);
    }
    auto& record = page.records.emplace_back();
    record.first_field = static_cast<std::uint32_t>(first_field);
    record.fields = static_cast<std::uint32_t>(page.fields.size() - first_field);
    record.first_cell = static_cast<std::uint32_t>(first_cell);
    record.cells = static_cast<std::uint32_t>(page.cells.size() - first_cell);
    record.raw = body;
    record.byte_offset = 0;
    page.bytes += body.size();
}

}  // namespace ingest
