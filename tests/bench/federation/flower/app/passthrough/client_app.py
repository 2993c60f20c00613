"""A site that does not train: it hands the model back, its own if `distinct`, else the one it was sent."""
import numpy
from flwr.app import ArrayRecord, Context, Message, MetricRecord, RecordDict
from flwr.clientapp import ClientApp

app = ClientApp()


@app.train()
def train(message: Message, context: Context):
    arrays = message.content["arrays"]
    if context.run_config["distinct"]:
        shift = numpy.float32(context.node_id % 1009 * 1e-6 + 1e-6)
        arrays = ArrayRecord([array + shift for array in arrays.to_numpy_ndarrays()])
    metrics = MetricRecord({"num-examples": 1})
    return Message(content=RecordDict({"arrays": arrays, "metrics": metrics}), reply_to=message)


@app.evaluate()
def evaluate(message: Message, context: Context):
    return Message(content=RecordDict({"metrics": MetricRecord({"num-examples": 1})}), reply_to=message)
