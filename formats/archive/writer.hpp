#pragma once

#include <iosfwd>
#include <memory>
#include <string>

namespace formats {

// A zip file of members that are each at hand as a whole, deflated. Members have no times: the same
// members make the same bytes.
class ZipWriter {
public:
    // `out` outlives it.
    explicit ZipWriter(std::ostream& out);
    ~ZipWriter();
    ZipWriter(const ZipWriter&) = delete;

    // Throws base::Error if it can not be written.
    void add(const std::string& name, const std::string& bytes);
    void finish();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace formats
