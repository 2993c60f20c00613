#pragma once

// Tasks with a few made-up cases, small enough to train inside a test.

#include <cmath>

#include <gtest/gtest.h>

#include <huizhen/backend_cpu/backend.h>
#include <huizhen/backend_reference/backend.h>
#include <huizhen/learning/tasks.h>
#include <huizhen/tensor/philox.h>

namespace huizhen::learning {

// Two cases of each patient; those with a bright disc in the middle are positive.
inline CaseSet made_up_crops(std::size_t patients, std::uint64_t seed = 7) {
    CaseSet set{"ct-crops/1", {}};
    engine::Philox random(seed);
    for (std::size_t k = 0; k < 2 * patients; ++k) {
        Case one;
        one.id[0] = static_cast<std::uint8_t>(k);
        one.id[1] = static_cast<std::uint8_t>(seed);
        one.patient[0] = static_cast<std::uint8_t>(k / 2);
        one.patient[1] = static_cast<std::uint8_t>(seed);
        one.fold = static_cast<int>(k / 2 % kFolds);
        const bool positive = random.uniform() < 0.5;
        one.labels = {positive ? 1.0F : 0.0F};
        one.size_mm = positive ? 12.0F : 5.0F;
        one.spacing_mm = 1.0F;
        one.side = 32;
        for (int pixel = 0; pixel < one.side * one.side; ++pixel) {
            const double radius = std::hypot(pixel / one.side - 15.5, pixel % one.side - 15.5);
            const double hu = radius < (positive ? 6 : 2.5) ? 0 : -850;
            one.hu.push_back(static_cast<std::int16_t>(hu + 40 * random.normal()));
        }
        set.cases.push_back(std::move(one));
    }
    put_in_order(set);
    return set;
}

inline CaseSet made_up_reports(std::size_t patients) {
    CaseSet set{"report-stage/1", {}};
    engine::Philox random(11);
    for (std::size_t k = 0; k < patients; ++k) {
        Case one;
        one.id[0] = one.patient[0] = static_cast<std::uint8_t>(k);
        one.fold = static_cast<int>(k % kFolds);
        const bool late = random.uniform() < 0.5, large = random.uniform() < 0.5;
        one.labels = {late ? 1.0F : 0.0F, large ? 1.0F : 0.0F, kUnknown};
        one.text = std::string(late ? "metastases in mediastinal nodes" : "nodes free of tumour") +
                   (large ? ", 52 mm mass" : ", 11 mm nodule") + ", sample " + std::to_string(k);
        set.cases.push_back(std::move(one));
    }
    put_in_order(set);
    return set;
}

class Learning : public ::testing::Test {
  protected:
    std::unique_ptr<LearningTask> task(const char* name, CaseSet cases, int held_out_fold = 0) {
        auto made = make_task(name, std::move(cases), {held_out_fold, "site"}, context_);
        EXPECT_TRUE(made) << made.error().to_string();
        return *std::move(made);
    }
    static TrainResult trained(LearningTask& task, const std::vector<float>& start, const TrainOptions& how) {
        auto result = task.train(start, how, {}, silent_progress());
        EXPECT_TRUE(result) << result.error().to_string();
        return *std::move(result);
    }
    static double distance(const std::vector<float>& a, const std::vector<float>& b) {
        double sum = 0;
        for (std::size_t i = 0; i < a.size(); ++i) {
            sum += (static_cast<double>(a[i]) - b[i]) * (static_cast<double>(a[i]) - b[i]);
        }
        return std::sqrt(sum);
    }

    Executor executor_{2};
    engine::Context context_{executor_, {engine::cpu_backend(), engine::reference_backend()}};
};

}  // namespace huizhen::learning
