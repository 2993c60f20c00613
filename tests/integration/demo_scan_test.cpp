// The demonstration case, a real chest CT with one annotated nodule, against its truth file.

#include <cmath>
#include <fstream>

#include <nlohmann/json.hpp>

#include <huizhen/test_support/data.h>

#include "process.h"
#include "schema_check.h"

namespace huizhen::testing {
namespace {

using nlohmann::json;

TEST(DemoScan, the_annotated_nodule_is_found_measured_and_the_most_suspicious) {
    const auto scan = HZ_NEED_DATA(unpacked("ct-series/LIDC-IDRI-0314.tar.xz"));
    const auto data = HZ_NEED_DATA(data_folder());
    const json truth = json::parse(std::ifstream(data / "ct-series/LIDC-IDRI-0314.truth.json"))["nodules"][0];
    const TemporaryFolder root;
    const Ran ran = run_node({"diagnose", scan.string(), "--out", (root.path() / "out").string(), "--quiet"});
    ASSERT_EQ(ran.code, 0) << ran.err;
    const json document = json::parse(std::ifstream(root.path() / "out/diagnosis.json"));
    EXPECT_THAT(schema_errors(document), ::testing::IsEmpty());
    ASSERT_GE(document["findings"].size(), 1U);
    EXPECT_LE(document["findings"].size(), 8U);

    const json& first = document["findings"][0];
    double squares = 0;
    for (std::size_t i = 0; i < 3; ++i) {
        const double off =
            first["place"]["centre_lps_mm"][i].get<double>() - truth["world_mm_lps"][i].get<double>();
        squares += off * off;
    }
    EXPECT_LE(std::sqrt(squares), 3.0);
    const double diameter_mm = first["measurement"]["diameter_mm"], true_mm = truth["diameter_mm"];
    EXPECT_NEAR(diameter_mm, true_mm, 0.2 * true_mm);
    EXPECT_EQ(first["place"]["side"], "right lung");
    EXPECT_GT(first["malignancy"]["probability"].get<double>(), 0.5);
}

}  // namespace
}  // namespace huizhen::testing
