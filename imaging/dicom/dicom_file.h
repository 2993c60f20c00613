#pragma once

// A DICOM file (PS3.10): preamble, file meta information and data set; and how its bytes come from disk.

#include <filesystem>

#include <huizhen/dicom/data_set.h>
#include <huizhen/dicom/transfer_syntax.h>

namespace huizhen::imaging {

struct DicomFile {
    const TransferSyntax* syntax = nullptr;
    bool has_preamble = false;
    std::string sop_class_uid;        // from the file meta information; may be empty
    std::size_t data_set_begin = 0;   // in the file's bytes
    bool syntax_was_assumed = false;  // no file meta information: told from the first element's form
    DataSet data;
    std::optional<PixelElement> pixels;
    std::vector<std::byte> inflated;  // of a deflated data set: what `data` and `pixels` then point into
};

struct FileFailure {
    enum class Needs { kNothing, kMore, kWholeFile };

    Error error;
    Needs needs = Needs::kNothing;  // `bytes` was only the file's head: read further and try again
    bool is_dicom = true;           // false: nothing in it looks like DICOM
    std::string sop_class_uid;      // from the file meta information, where it got that far
};

// `bytes` is the head of a file of `total_size` bytes, or all of it. `data` borrows `bytes`.
tl::expected<DicomFile, FileFailure> parse_dicom_file(std::span<const std::byte> bytes,
                                                      std::size_t total_size);

// An open file, read by offset. Reads go through the system, not a mapping: a file that another program cuts
// short then gives an error instead of a signal.
class FileReader {
  public:
    static Result<FileReader> open(const std::filesystem::path& path);
    ~FileReader();
    FileReader(FileReader&& other) noexcept : descriptor_(other.descriptor_), size_(other.size_) {
        other.descriptor_ = -1;
    }
    FileReader& operator=(FileReader&&) = delete;

    std::size_t size() const { return size_; }
    Status read(std::size_t offset, std::span<std::byte> into) const;

  private:
    FileReader(int descriptor, std::size_t size) : descriptor_(descriptor), size_(size) {}
    int descriptor_ = -1;
    std::size_t size_ = 0;
};

// A parsed header and the bytes it points into. When the file is long, these are only its head.
struct LoadedHeader {
    std::vector<std::byte> bytes;
    DicomFile file;
};
tl::expected<LoadedHeader, FileFailure> load_header(const FileReader& reader);

}  // namespace huizhen::imaging
