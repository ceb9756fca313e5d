#include "schema/blobs/s3/answer.hpp"

#include "base/numbers/parse.hpp"
#include "formats/xml/xml.hpp"

namespace schema::s3 {

namespace {

std::optional<formats::XmlElement> parse_answer(std::string_view xml) {
    std::string fault;
    return formats::parse_xml_strictly(xml, fault);
}

std::string said(const formats::XmlElement& element, std::string_view name) {
    return element.child_text(name);
}

}  // namespace

Problem read_problem(std::string_view xml) {
    auto error = parse_answer(xml);
    if (!error || error->name != "Error") return {};
    return {said(*error, "Code"), said(*error, "Message"), said(*error, "Region")};
}

bool holds_problem(std::string_view xml) {
    auto root = parse_answer(xml);
    return !root || root->name == "Error";
}

std::string read_upload_id(std::string_view xml) {
    auto root = parse_answer(xml);
    return root ? said(*root, "UploadId") : std::string();
}

std::optional<Listing> read_listing(std::string_view xml) {
    auto root = parse_answer(xml);
    if (!root || root->name != "ListBucketResult") return std::nullopt;
    Listing listing;
    for (const auto& each : root->children) {
        if (each.name != "Contents") continue;
        auto size = base::whole_number<std::uint64_t>(said(each, "Size"));
        if (!size) return std::nullopt;
        listing.objects.emplace_back(said(each, "Key"), *size);
    }
    if (said(*root, "IsTruncated") == "true") listing.next = said(*root, "NextContinuationToken");
    return listing;
}

}  // namespace schema::s3
