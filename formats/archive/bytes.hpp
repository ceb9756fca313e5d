#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/text/window.hpp"

namespace formats {

// One input as uncompressed bytes: a plain file, standard input ("-"), a compressed file (gz, zst,
// xz, bz2, lz4), or the members of a zip or tar (itself compressed or not) one after the other. A
// workbook of Excel is a zip and stays one member.
// Memory is flat, but for zstd and xz with large windows. Throws base::Error when the input cannot
// be opened or is damaged; what can be read before the damage is read first. Checksums are checked
// where they stand, behind the data.
class Bytes : public base::ByteSource {
public:
    explicit Bytes(const std::string& path);
    // The parts of an Office document, which is a zip and else one member as it is.
    // `shown`: what the file is called where something is wrong.
    static std::unique_ptr<Bytes> members_of(const std::string& path, const std::string& shown);
    // The text itself as the only member.
    static std::unique_ptr<Bytes> of(std::string text);
    ~Bytes() override;
    Bytes(const Bytes&) = delete;

    // Goes to the next member; a plain or compressed file has exactly one, called "". False after
    // the last, and behind damage to a member of what is no zip file.
    bool next_member();
    // The first bytes of the file, out of what it is packed in but of no archive.
    std::string_view start() const;
    const std::string& member() const;
    bool archive() const;

    // The next bytes of the present member, up to `size`, without taking them.
    std::string_view peek(std::size_t size);

    // Fills up to `size` bytes of the present member; 0 at its end.
    std::size_t read(char* into, std::size_t size) override;

    // Moves forward to `offset` in the present member. False if it is shorter.
    bool skip_to(std::int64_t offset) override;

    // Of the next byte in the present member.
    std::int64_t offset() const;

private:
    Bytes();
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace formats
