#include <fstream>
#include <random>

#include <huizhen/base/file.h>
#include <huizhen/model_file/model_file.h>
#include <huizhen/test_support/data.h>

namespace huizhen::model_file {
namespace {

ModelHeader small_header() {
    ModelHeader header;
    header.task = "synthetic-linear/1";
    // Not in alphabetical order: the order in the file is the order of the values.
    header.tensors = {{"stem.weight", {2, 3}, TensorKind::kWeight},
                      {"norm.scale", {3}, TensorKind::kNorm},
                      {"head.bias", {1}, TensorKind::kWeight}};
    header.notes = {{"parent", "00ff"}};
    return header;
}

std::vector<float> ten_values() {
    std::vector<float> values(10);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i) / 4;
    return values;
}

void write_text(const std::filesystem::path& path, std::string_view json, std::size_t data_bytes) {
    std::ofstream out(path, std::ios::binary);
    const std::uint64_t length = json.size();
    out.write(reinterpret_cast<const char*>(&length), 8);
    out << json << std::string(data_bytes, '\0');
}

TEST(ModelFile, gives_back_what_was_written_by_parts) {
    const testing::TemporaryFolder folder;
    const auto path = folder.path() / "model";
    auto writer = ModelWriter::create(path, small_header());
    ASSERT_TRUE(writer) << writer.error().to_string();
    const std::vector<float> values = ten_values();
    ASSERT_TRUE(writer->append(std::span(values).first(4)));
    ASSERT_TRUE(writer->append(std::span(values).subspan(4)));
    const auto written = writer->finish();
    ASSERT_TRUE(written) << written.error().to_string();
    EXPECT_EQ(written->digest, *sha256_file(path));
    EXPECT_EQ(written->bytes, std::filesystem::file_size(path));

    const auto reader = ModelReader::open(path);
    ASSERT_TRUE(reader) << reader.error().to_string();
    EXPECT_EQ(reader->header().task, "synthetic-linear/1");
    EXPECT_EQ(reader->header().tensors, small_header().tensors);
    EXPECT_EQ(reader->header().notes, small_header().notes);
    EXPECT_EQ(*reader->read_all(), values);
    std::vector<float> part(3);
    ASSERT_TRUE(reader->read(5, part));
    EXPECT_EQ(part, (std::vector<float>{1.25F, 1.5F, 1.75F}));
    EXPECT_FALSE(reader->read(8, part));
}

TEST(ModelFile, the_same_model_has_the_same_digest) {
    const testing::TemporaryFolder folder;
    std::vector<Sha256Digest> digests;
    for (const char* name : {"a", "b"}) {
        auto writer = ModelWriter::create(folder.path() / name, small_header());
        ASSERT_TRUE(writer);
        ASSERT_TRUE(writer->append(ten_values()));
        digests.push_back(writer->finish()->digest);
    }
    EXPECT_EQ(digests[0], digests[1]);
}

TEST(ModelFile, leaves_no_half_model_behind) {
    const testing::TemporaryFolder folder;
    const auto path = folder.path() / "model";
    {
        auto writer = ModelWriter::create(path, small_header());
        ASSERT_TRUE(writer);
        ASSERT_TRUE(writer->append(std::vector<float>(4)));
        EXPECT_FALSE(writer->append(std::vector<float>(7)));
        EXPECT_FALSE(writer->finish());
    }
    EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(ModelFile, refuses_what_is_no_model_by_name) {
    const testing::TemporaryFolder folder;
    const auto path = folder.path() / "bad";
    const std::string one = R"("dtype":"F32","shape":[2],"data_offsets":[0,8])";
    const std::vector<std::pair<std::string, std::size_t>> bad = {
        {"", 8},
        {"[]", 8},
        {"{}", 0},
        {"{\"a\":{" + one + "}}", 7},
        {"{\"a\":{" + one + "}}", 12},
        {R"({"a":{"dtype":"F16","shape":[4],"data_offsets":[0,8]}})", 8},
        {R"({"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}})", 8},
        {R"({"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}})", 8},
        {R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}})", 8},
        {R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}})", 12},
        {R"({"a":{"dtype":"F32","shape":[68719476736,68719476736],"data_offsets":[0,8]}})", 8},
        {"{\"a\":{" + one + "},\"b\":{" + one + "}}", 8},
        {"{\"a\":{" + one + R"(},"__metadata__":{"huizhen.norm_tensors":"[\"b\"]"}})", 8},
        {"{\"a\":{" + one + R"(},"__metadata__":{"x":1}})", 8},
        {std::string(100'000, '['), 8},
    };
    for (const auto& [json, bytes] : bad) {
        write_text(path, json, bytes);
        const auto read = ModelReader::open(path);
        ASSERT_FALSE(read) << json.substr(0, 80);
        EXPECT_TRUE(read.error().message().starts_with("model-malformed: ")) << read.error().message();
    }
    write_text(path, "{\"a\":{" + one + "}}", 8);
    EXPECT_TRUE(ModelReader::open(path));
}

TEST(ModelFile, refuses_a_file_shorter_than_its_header_length) {
    const testing::TemporaryFolder folder;
    const auto path = folder.path() / "short";
    std::ofstream(path, std::ios::binary) << "\xff\xff\xff\xff\xff\xff\xff\x7f{}";
    EXPECT_FALSE(ModelReader::open(path));
    std::ofstream(path, std::ios::binary | std::ios::trunc) << "abc";
    EXPECT_FALSE(ModelReader::open(path));
    EXPECT_EQ(ModelReader::open(folder.path() / "none").error().code(), ErrorCode::kNotFound);
}

TEST(ModelFile, spoilt_files_are_refused_or_read_and_never_trusted) {
    const testing::TemporaryFolder folder;
    const auto good = folder.path() / "good", bad = folder.path() / "bad";
    auto writer = ModelWriter::create(good, small_header());
    ASSERT_TRUE(writer->append(ten_values()));
    ASSERT_TRUE(writer->finish());
    const auto bytes = *read_file(good, 1 << 20);
    std::mt19937 random(5);
    int read = 0;
    for (int i = 0; i < 3000; ++i) {
        auto spoilt = bytes;
        for (int k = 0; k < 1 + i % 4; ++k)
            spoilt[random() % spoilt.size()] = static_cast<std::byte>(random());
        if (i % 5 == 0) spoilt.resize(random() % spoilt.size());
        ASSERT_TRUE(write_file_atomically(bad, spoilt));
        const auto model = ModelReader::open(bad);
        if (!model) continue;
        ++read;
        EXPECT_EQ(model->read_all()->size(), model->header().values());
    }
    EXPECT_GT(read, 0);  // as where a value was spoilt
}

}  // namespace
}  // namespace huizhen::model_file
