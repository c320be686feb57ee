"""Creates the estate of tests/real/ecs.rs through the public APIs. Idempotent.  usage: ecs-seed.py ENDPOINT"""

import sys
import time

import boto3
from botocore.exceptions import ClientError

KW = dict(endpoint_url=sys.argv[1], region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test")
ecs, logs, elb, ec2, cloudmap = (boto3.client(n, **KW) for n in ("ecs", "logs", "elbv2", "ec2", "servicediscovery"))
IMAGE = "portolan-test/busybox:1"
GROUP = "/portolan-test/web"


def or_none(call, **kw):
    try:
        return call(**kw)
    except ClientError:
        return None


def define(family, script, port=None, env=None, again=False):
    """Registers a task definition with one container `app` that runs `script`, unless it exists or `again` is set."""
    known = or_none(ecs.describe_task_definition, taskDefinition=family)
    if known and not again:
        return known["taskDefinition"]["taskDefinitionArn"]
    container = {
        "name": "app", "image": IMAGE, "essential": True, "memory": 32, "command": ["/bin/sh", "-c", script],
        "environment": [{"name": k, "value": v} for k, v in (env or {}).items()],
        "logConfiguration": {"logDriver": "awslogs", "options": {
            "awslogs-group": GROUP, "awslogs-region": "us-east-1", "awslogs-stream-prefix": family}},
    }
    if port:
        container["portMappings"] = [{"name": "http", "containerPort": port, "protocol": "tcp"}]
    made = ecs.register_task_definition(family=family, containerDefinitions=[container], networkMode="awsvpc",
                                        requiresCompatibilities=["FARGATE"], cpu="256", memory="512")
    return made["taskDefinition"]["taskDefinitionArn"]


def service(cluster, name, definition, count, **kw):
    known = ecs.describe_services(cluster=cluster, services=[name])["services"]
    if not [s for s in known if s["status"] == "ACTIVE"]:
        ecs.create_service(cluster=cluster, serviceName=name, taskDefinition=definition, desiredCount=count,
                           launchType="FARGATE", networkConfiguration=NETWORK, **kw)


or_none(logs.create_log_group, logGroupName=GROUP)
for cluster in ("harbour", "quay", "slipway"):
    if not [c for c in ecs.describe_clusters(clusters=[cluster])["clusters"] if c["status"] == "ACTIVE"]:
        ecs.create_cluster(clusterName=cluster)

vpc = (ec2.describe_vpcs()["Vpcs"] or [ec2.create_vpc(CidrBlock="10.77.0.0/16")["Vpc"]])[0]["VpcId"]
subnets = [s["SubnetId"] for s in ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["Subnets"]]
NETWORK = {"awsvpcConfiguration": {"subnets": subnets[:1]}}  # tasks in bridge mode would occupy ports of this machine
balancers = or_none(elb.describe_load_balancers, Names=["lighthouse"])
if balancers and balancers["LoadBalancers"]:
    group = elb.describe_target_groups(Names=["web"])["TargetGroups"][0]["TargetGroupArn"]
else:
    balancer = elb.create_load_balancer(Name="lighthouse", Subnets=subnets[:2], Scheme="internet-facing",
                                        Type="application")["LoadBalancers"][0]["LoadBalancerArn"]
    group = elb.create_target_group(Name="web", Protocol="HTTP", Port=8080, VpcId=vpc,
                                    TargetType="ip")["TargetGroups"][0]["TargetGroupArn"]
    elb.create_listener(LoadBalancerArn=balancer, Protocol="HTTP", Port=80,
                        DefaultActions=[{"Type": "forward", "TargetGroupArn": group}])
names = [n["Name"] for n in cloudmap.list_namespaces()["Namespaces"]]
if "harbour.internal" not in names:
    cloudmap.create_http_namespace(Name="harbour.internal")

web = define("web", "n=0; while true; do n=$((n+1)); echo line $n; sleep 1; done", 8080,
             {"PILOT_URL": "http://pilot:9000", "PASSWORD": "must-not-be-kept"})
service("harbour", "web", web, 2, loadBalancers=[{"targetGroupArn": group, "containerName": "app",
                                                   "containerPort": 8080}],
        serviceConnectConfiguration={"enabled": True, "namespace": "harbour.internal"})
service("harbour", "pilot", define("pilot", "sleep 3600", 9000), 1, serviceConnectConfiguration={
    "enabled": True, "namespace": "harbour.internal",
    "services": [{"portName": "http", "discoveryName": "pilot", "clientAliases": [{"port": 9000, "dnsName": "pilot"}]}]})
service("harbour", "wreck", define("wreck", "echo sinking; sleep 2; exit 1"), 1)
service("quay", "idle", define("idle", "sleep 3600"), 0)
for name in ("refit", "fleet", "crew", "ferry", "raft"):  # the tests of actions change these, each its own
    service("slipway", name, define(name, "sleep 3600"), 1)
# Three revisions, of which the tests deploy the first and the last.
for revision in (1, 2, 3):
    if not or_none(ecs.describe_task_definition, taskDefinition=f"keel:{revision}"):
        define("keel", "sleep 3600", again=True)
service("slipway", "keel", "keel:1", 1)
job = define("survey", "echo done")
tasks = [t for s in ("RUNNING", "STOPPED") for t in ecs.list_tasks(cluster="quay", family="survey", desiredStatus=s)["taskArns"]]
if not tasks:
    ecs.run_task(cluster="quay", taskDefinition=job, launchType="FARGATE", networkConfiguration=NETWORK)


def addresses(name):
    """Returns the private addresses of a service's running tasks in the cluster `harbour`."""
    arns = ecs.list_tasks(cluster="harbour", serviceName=name)["taskArns"]
    found = ecs.describe_tasks(cluster="harbour", tasks=arns)["tasks"] if arns else []
    pairs = (d for t in found if t["lastStatus"] == "RUNNING" for a in t["attachments"] for d in a["details"])
    return [d["value"] for d in pairs if d["name"] == "privateIPv4Address"]


# Write a flow log in AWS's own format with a call from web to pilot, for longer than the tests can take.
FLOWS = "/portolan-test/flows"
or_none(logs.create_log_group, logGroupName=FLOWS)
or_none(logs.create_log_stream, logGroupName=FLOWS, logStreamName="eni-all")
if not ec2.describe_flow_logs()["FlowLogs"]:
    ec2.create_flow_logs(ResourceIds=[vpc], ResourceType="VPC", TrafficType="ALL", LogGroupName=FLOWS,
                         DeliverLogsPermissionArn="arn:aws:iam::000000000000:role/flows")
for _ in range(60):
    callers, called = addresses("web"), addresses("pilot")
    if callers and called:
        break
    time.sleep(0.5)
else:
    raise SystemExit("web and pilot do not run")
now = int(time.time())
events = []
for start in range(now, now + 6000, 600):
    for ends in ((callers[0], called[0], 40000, 9000), (called[0], callers[0], 9000, 40000)):
        line = "2 000000000000 eni-1 {} {} {} {} 6 20 4249 {} {} ACCEPT OK".format(*ends, start, start + 60)
        events.append({"timestamp": start * 1000, "message": line})
logs.put_log_events(logGroupName=FLOWS, logStreamName="eni-all", logEvents=events)
