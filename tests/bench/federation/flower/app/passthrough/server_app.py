"""Stock FedAvg; its evaluation hook, called before the first round and after each, writes clock and answers."""
import time

import numpy
from flwr.app import ArrayRecord, Context, MetricRecord
from flwr.serverapp import Grid, ServerApp
from flwr.serverapp.strategy import FedAvg

app = ServerApp()


@app.main()
def main(grid: Grid, context: Context):
    config = context.run_config
    nodes, parameters, arrays = config["nodes"], config["parameters"], config["arrays"]
    random = numpy.random.default_rng(1)
    model = ArrayRecord([random.standard_normal(parameters // arrays, numpy.float32) for _ in range(arrays)])

    answers = [0]

    def count(records, _weight):
        answers[0] = len(records)
        return MetricRecord()

    def clock(_round, _arrays):
        with open(config["times"], "a", encoding="ascii") as file:
            file.write(f"{time.monotonic()} {answers[0]}\n")
        answers[0] = 0

    strategy = FedAvg(fraction_evaluate=config["fraction-evaluate"], min_train_nodes=nodes, min_evaluate_nodes=nodes,
                      min_available_nodes=nodes, train_metrics_aggr_fn=count)
    strategy.start(grid, model, num_rounds=config["rounds"], evaluate_fn=clock)
