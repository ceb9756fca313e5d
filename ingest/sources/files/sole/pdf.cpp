// PDF documents of which each file is one record: as it is, with its text beside it, so that it is
// searched, compared and learnt from as other texts are.
#include <string>

#include "formats/pdf/pdf.hpp"
#include "ingest/sources/files/format.hpp"
#include "ingest/sources/files/sole/sole_record.hpp"

namespace ingest {

namespace {

// One document as one record with the fields name, folder, title, and note: why there is less of
// its text than there might be.
class PdfReader : public SoleRecordReader {
public:
    explicit PdfReader(const MemberInput& input) : SoleRecordReader(input, "pdf.too_large") {}

    std::string describe() const override { return "one PDF a file"; }

private:
    bool read(Page& page, std::string data) override {
        return add_content(page, std::move(data), formats::ContentKind::document);
    }
};

std::string by_signature(const Sample& sample) {
    return formats::is_pdf(sample.head) ? "begins as a PDF does" : "";
}

std::string by_name(const Sample& sample) {
    return sample.named({"pdf"}) ? "the name ends in .pdf" : "";
}

constexpr Sign signs[]{{Strength::signature, by_signature}, {Strength::name, by_name}};

std::unique_ptr<MemberReader> open(const MemberInput& input) {
    return std::make_unique<PdfReader>(input);
}

}  // namespace

const Format pdf_format{
    .name = "pdf",
    .words = "a PDF a file, as it is, with its text; the folder it lies in is a field",
    .signs = signs,
    .open = open,
};

}  // namespace ingest
