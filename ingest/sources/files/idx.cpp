// Images and labels of the idx format (MNIST and its kin).
//
// Labels lie in a second file whose name follows from the first. They are read whole before the
// images, a byte each, so that each image carries its label whatever page it lands on.
#include <algorithm>
#include <array>
#include <filesystem>

#include <fmt/format.h>

#include "base/error.hpp"
#include "formats/image/image.hpp"
#include "ingest/sources/files/format.hpp"

namespace ingest {

namespace {

// Big-endian, as in the idx format of the MNIST database.
std::uint32_t number_at(std::string_view bytes, std::size_t at) {
    std::uint32_t value = 0;
    for (std::size_t i = at; i < at + 4; ++i)
        value = value << 8 | static_cast<std::uint8_t>(bytes[i]);
    return value;
}

std::string read_exactly(formats::Bytes& bytes, std::size_t size) {
    std::string data(size, '\0');
    std::size_t have = 0;
    while (have < size) {
        auto got = bytes.read(data.data() + have, size - have);
        if (got == 0) break;
        have += got;
    }
    data.resize(have);
    return data;
}

constexpr std::uint32_t image_magic = 0x00000803;  // unsigned bytes, three dimensions
constexpr std::uint32_t label_magic = 0x00000801;

std::string stem_of(std::string_view name) {
    name.remove_prefix(name.rfind('/') + 1);
    if (name.ends_with(".gz")) name.remove_suffix(3);
    return std::string(name);
}

// The labels beside an images file: "train-labels-idx1-ubyte.gz" for "train-images-idx3-ubyte.gz".
// Empty if there are none.
std::string labels_beside(const std::string& path) {
    auto folder = std::filesystem::path(path).parent_path();
    auto stem = stem_of(path);
    for (auto [from, to] : {std::pair("images", "labels"), std::pair("idx3", "idx1")}) {
        auto at = stem.find(from);
        if (at == stem.npos) return {};
        stem.replace(at, std::string_view(from).size(), to);
    }
    for (const auto* ending : {"", ".gz"}) {
        auto candidate = folder / (stem + ending);
        if (!std::filesystem::exists(candidate)) continue;
        formats::Bytes bytes(candidate.string());
        if (!bytes.next_member()) return {};
        auto head = read_exactly(bytes, 8);
        if (head.size() < 8 || number_at(head, 0) != label_magic) {
            throw base::Error(
                candidate.string(), "not an idx1 file of labels", "move it away or mend it"
            );
        }
        return read_exactly(bytes, number_at(head, 4));
    }
    return {};
}

class IdxReader : public MemberReader {
public:
    explicit IdxReader(const MemberInput& input)
        : bytes_(input.bytes), stem_(stem_of(input.name)), next_(input.start.index) {
        auto head = read_exactly(bytes_, 16);
        if (head.size() >= 8 && number_at(head, 0) == label_magic) {
            labels_only_ = true;
            return;
        }
        if (head.size() < 16 || number_at(head, 0) != image_magic) {
            throw base::Error(input.path, "not an idx3 file of unsigned bytes");
        }
        count_ = number_at(head, 4);
        height_ = static_cast<int>(number_at(head, 8));
        width_ = static_cast<int>(number_at(head, 12));
        size_ = static_cast<std::size_t>(height_) * static_cast<std::size_t>(width_);
        if (height_ <= 0 || width_ <= 0 || size_ > input.options.max_record) {
            throw base::Error(input.path, "the images have no possible size");
        }
        if (input.path != "-") labels_ = labels_beside(input.path);
        split_ = stem_.starts_with("train")                               ? "train"
                 : stem_.starts_with("t10k") || stem_.starts_with("test") ? "test"
                                                                          : "";
        if (next_ > 0) bytes_.skip_to(16 + next_ * static_cast<std::int64_t>(size_));
    }

    bool next(Page& page) override {
        if (labels_only_ || next_ >= count_) return false;
        auto offset = bytes_.offset();
        auto pixels = read_exactly(bytes_, size_);
        page.bytes += pixels.size();
        if (pixels.size() < size_) {
            auto& bad = page.rejects.emplace_back();
            bad.reason = fmt::format("the file ends in image {} of {}", next_, count_);
            bad.code = "idx.truncated";
            bad.byte_offset = offset;
            bad.raw = std::move(pixels);
            next_ = count_;
            return true;
        }
        add(page, pixels, offset);
        ++next_;
        return true;
    }

    Position position() const override { return {bytes_.offset(), 1, next_}; }

    std::string describe() const override {
        if (labels_only_) return "labels; they are read with their images";
        return fmt::format(
            "{} images of {} x {}, {}",
            count_,
            width_,
            height_,
            labels_.empty() ? "no labels beside them" : "labels from the file beside them"
        );
    }

private:
    void add(Page& page, std::string_view pixels, std::int64_t offset) {
        auto& record = page.records.emplace_back();
        record.first_field = static_cast<std::uint32_t>(page.fields.size());
        auto index = page.arena.keep(fmt::format("{}", next_));
        page.fields.push_back({"index", index, formats::Field::Kind::number});
        if (!split_.empty()) page.fields.push_back({"split", split_ == "train" ? "train" : "test"});
        if (next_ < static_cast<std::int64_t>(labels_.size())) {
            auto label = static_cast<std::uint8_t>(labels_[static_cast<std::size_t>(next_)]);
            page.fields.push_back({"label", page.arena.keep(fmt::format("{}", label))});
        }
        record.fields = static_cast<std::uint32_t>(page.fields.size()) - record.first_field;
        record.key = page.arena.keep(fmt::format("{}/{}", stem_, next_));
        record.byte_offset = offset;
        record.blob = page.arena.keep(pixels);
        record.media_type = "application/octet-stream";
        auto* grey = reinterpret_cast<const std::uint8_t*>(pixels.data());
        record.image = formats::Image{
            width_, height_, 1, "raw", formats::difference_hash(grey, width_, height_)};
    }

    formats::Bytes& bytes_;
    std::string stem_;
    std::string labels_;
    std::string split_;
    std::int64_t next_;
    std::int64_t count_ = 0;
    int width_ = 0;
    int height_ = 0;
    std::size_t size_ = 0;
    bool labels_only_ = false;
};

std::string by_signature(const Sample& sample) {
    using namespace std::string_view_literals;
    if (sample.head.starts_with("\0\0\x08\x03"sv)) return "the idx3 signature";
    return sample.head.starts_with("\0\0\x08\x01"sv) ? "the idx1 signature" : "";
}

constexpr Sign signs[]{{Strength::signature, by_signature}};

std::unique_ptr<MemberReader> open(const MemberInput& input) {
    return std::make_unique<IdxReader>(input);
}

}  // namespace

const Format idx_format{
    .name = "idx",
    .words = "images of equal size in one file, with their labels in another (MNIST): each image",
    .signs = signs,
    .open = open,
    .alone = nullptr,
};

}  // namespace ingest
