#include <boost/json.hpp>

#include "base/error.hpp"
#include "base/numbers/parse.hpp"
#include "formats/xml/xml.hpp"
#include "labeling/export/imports/imports.hpp"
#include "labeling/export/pictures.hpp"

namespace labeling {

void read_voc(
    std::string_view xml,
    const std::string& place,
    const std::string& name,
    const TakeLabel& take
) {
    namespace json = boost::json;
    auto fail = [&](const std::string& reason) -> void {
        throw base::Error(place, reason, "see the development kit of Pascal VOC");
    };
    std::string fault;
    auto document = formats::parse_xml_strictly(formats::decode_xml(xml), fault);
    if (!document) fail(fault);
    if (document->name != "annotation") fail("is no annotation");
    json::array marks;
    for (const auto& object : document->children) {
        if (object.name != "object") continue;
        const auto* box = object.child("bndbox");
        if (!box) fail("has an object without a bndbox");
        auto edge = [&](std::string_view which) {
            auto number = base::parse_number(box->child_text(which));
            if (!number) fail("has a bndbox without '" + std::string(which) + "'");
            return *number;
        };
        double left = edge("xmin"), top = edge("ymin");
        marks.push_back(
            {{"x", left},
             {"y", top},
             {"width", settled(edge("xmax") - left)},
             {"height", settled(edge("ymax") - top)},
             {"label", object.child_text("name")}}
        );
    }
    auto file = document->child_text("filename"), path = document->child_text("path");
    take(
        {.key = path.empty() ? (file.empty() ? name : file) : path,
         .answer = {json::serialize(marks)},
         .also = {file, name}}
    );
}

}  // namespace labeling
