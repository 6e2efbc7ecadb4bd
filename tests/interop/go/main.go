// Who the AWS SDK for Go is here, in one line: its ARN or "failed", and its Region.
package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	loaded, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		fmt.Println("failed", strings.ReplaceAll(err.Error(), "\n", " "))
		return
	}
	region := loaded.Region
	if region == "" {
		loaded.Region = "us-east-1"
	}
	told, err := sts.NewFromConfig(loaded).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		fmt.Println("failed", strings.ReplaceAll(err.Error(), "\n", " "))
		return
	}
	fmt.Println(*told.Arn, region)
}
